"""Letters: the legal forms of each ruleset, one folder a form, rendered to PDF/A."""

from engine.letters.form import Field, Form, load_form, load_forms
from engine.letters.render import preview, render

__all__ = ["Field", "Form", "load_form", "load_forms", "preview", "render"]
