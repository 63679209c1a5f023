// Diagrams on pages: each [data-diagram] is drawn and its [data-marks] shown.
import { mark, showDiagram } from './diagram/viewer.js';

for (const container of document.querySelectorAll('[data-diagram]')) {
  const marks = JSON.parse(container.dataset.marks ?? '{}');
  const around = Object.keys(marks).filter((id) => marks[id].is_open || ['active', 'paused'].includes(marks[id].state));
  showDiagram(container, container.dataset.diagram, { around }).then((viewer) => viewer && mark(viewer, marks));
}
