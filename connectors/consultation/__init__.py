"""Asking another agency for its opinion (lấy ý kiến, thẩm tra, xác minh), with an edXML document (QCVN 102:2016)."""
