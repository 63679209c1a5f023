"""Our own icons, drawn on a 24 by 24 grid with one stroke width, written into the page: no request needed."""

from __future__ import annotations

from markupsafe import Markup

_DRAWN = {
    "inbox": '<path d="M4 13 6.5 5h11L20 13v6H4z"/><path d="M4 13h4.5a3.5 3.5 0 0 0 7 0H20"/>',
    "receive": '<path d="M5 4h9l5 5v11H5z"/><path d="M14 4v5h5"/><path d="M12 11v6m-3-3h6"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5 5"/>',
    "process": '<rect x="3" y="4" width="7" height="5" rx="1"/><rect x="14" y="15" width="7" height="5" rx="1"/>'
    '<path d="M10 6.5h6a1.5 1.5 0 0 1 1.5 1.5v7"/><path d="m15 12.500 2.500 2.500 2.500-2.500"/>',
    "audit": '<path d="M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6z"/><path d="m9 12 2 2 4-4.500"/>',
    "report": '<path d="M4 4v16h16"/><path d="M8 16v-4m4 4V8m4 8v-6"/>',
    "settings": '<path d="M4 7h9m4 0h3M4 17h3m4 0h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>',
    "link": '<path d="M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700l-1 1"/>'
    '<path d="M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1"/>',
    "home": '<path d="M4 11 12 4l8 7v9h-5v-6H9v6H4z"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 20c1-4 4-6 8-6s7 2 8 6"/>',
    "unit": '<path d="M4 20V9l8-5 8 5v11M3 20h18"/><path d="M8 20v-7h8v7"/>',
    "leave": '<path d="M14 4H5v16h9"/><path d="M10 12h10m-4-4 4 4-4 4"/>',
    "check": '<path d="m5 12.500 4.500 4.500L19 7"/>',
    "cross": '<path d="M6 6l12 12M18 6 6 18"/>',
    "warning": '<path d="M12 4 2.500 20h19z"/><path d="M12 10v4m0 3v.01"/>',
    "error": '<path d="M8 3h8l5 5v8l-5 5H8l-5-5V8z"/><path d="M12 8v5m0 3v.01"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6m0-9.500v.01"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.500 2"/>',
    "pause": '<path d="M8 5v14M16 5v14"/>',
    "print": '<path d="M7 9V3h10v6M7 17H3V9h18v8h-4"/><path d="M7 14h10v7H7z"/>',
    "download": '<path d="M12 4v11m-4.500-4.500L12 15l4.500-4.500M4 20h16"/>',
    "upload": '<path d="M12 16V5m-4.500 4.500L12 5l4.500 4.500M4 20h16"/>',
    "paper": '<path d="M6 3h8l4 4v14H6z"/><path d="M14 3v4h4M9 12h6m-6 4h6"/>',
    "letter": '<rect x="3" y="5" width="18" height="14" rx="1"/><path d="m3 7 9 7 9-7"/>',
    "history": '<path d="M4 12a8 8 0 1 0 2.500-5.800L4 8.500"/><path d="M4 4v4.500h4.500M12 8v4l3 2"/>',
    "forward": '<path d="M4 12h15m-5-5 5 5-5 5"/>',
    "back": '<path d="M20 12H5m5-5-5 5 5 5"/>',
    "down": '<path d="m6 9 6 6 6-6"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "fit": '<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"/>',
    "play": '<path d="M7 4.500v15l12-7.500z" fill="currentColor"/>',
    "stop": '<path d="M8 5v14M16 5v14"/>',
    "step-back": '<path d="M18 5v14L8 12zM6 5v14"/>',
    "step-forward": '<path d="M6 5v14l10-7zM18 5v14"/>',
    "chain": '<rect x="3" y="9" width="9" height="6" rx="3"/><rect x="12" y="9" width="9" height="6" rx="3"/>',
    "edit": '<path d="m5 19 1-4L16 5l3 3L9 18z"/><path d="m14 7 3 3"/>',
    "phone": '<path d="M6 3h4l1.500 5-2.500 2a12 12 0 0 0 5 5l2-2.500 5 1.500v4c0 1-1 2-2 2'
    'C11 20 4 13 4 5c0-1 1-2 2-2z"/>',
    "star": '<path d="m12 3 2.700 6 6.300.600-4.800 4.300 1.500 6.400L12 17l-5.700 3.300 1.500-6.400'
    'L3 9.600 9.300 9z"/>',
    "empty": '<path d="M4 13 6.500 5h11L20 13v6H4z"/><path d="M4 13h4.500a3.500 3.500 0 0 0 7 0H20"/>',
}

PATHS = {name: Markup(drawn) for name, drawn in _DRAWN.items()}  # noqa: S704 - written above, by us

BRAND = Markup(
    '<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">'
    '<path d="M4 29V13C4 7 9 3 16 3s12 4 12 10v16" fill="none" stroke="currentColor" stroke-width="2.500"/>'
    '<path d="M2 29h28" stroke="currentColor" stroke-width="2.500"/>'
    '<path d="m16 9 1.800 3.900 4.200.500-3.100 2.900.800 4.200-3.700-2.100-3.700 2.100.800-4.200-3.100-2.900'
    ' 4.200-.500z" fill="#f4c542"/>'
    '<path d="M16 23v6" stroke="currentColor" stroke-width="2.500"/></svg>'
)
"""One door, with a star in it."""


def icon(name: str, label: str = "") -> Markup:
    """An icon as inline SVG; silent beside a word, named when it stands alone."""
    if name == "brand":
        return BRAND
    told = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
    return Markup('<svg class="icon" viewBox="0 0 24 24" focusable="false"{}>{}</svg>').format(told, PATHS[name])
