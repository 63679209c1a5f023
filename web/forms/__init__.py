"""Forms: one JSON Schema file renders a form, reads what was typed, validates it and words the errors in Vietnamese."""

from web.forms.entry import Entry, FieldError, Upload
from web.forms.form import Form

__all__ = ["Entry", "FieldError", "Form", "Upload"]
