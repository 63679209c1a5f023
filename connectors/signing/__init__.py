"""Digital signatures on letters (PAdES): an officer's, then the agency's seal. The keys are never on this server.

The server prepares the document and the digest, the signing service signs the digest when its holder says so, a worker
puts the signature into the document and verifies it.
"""

import logging

from connectors.signing.pades import Prepared, Signer, embed, prepare
from connectors.signing.verification import Report, SignatureReport, verify

# pyHanko tells the log what it thinks of every file; that is already in our errors and reports, and a hostile file must
# not fill the log.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)

__all__ = ["Prepared", "Report", "SignatureReport", "Signer", "embed", "prepare", "verify"]
