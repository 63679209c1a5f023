// Diagrams on pages: each [data-diagram] is drawn and its [data-marks] shown.
import { mark, showDiagram } from './diagram/viewer.js';

for (const container of document.querySelectorAll('[data-diagram]')) {
  showDiagram(container, container.dataset.diagram).then((viewer) => {
    if (viewer && container.dataset.marks) mark(viewer, JSON.parse(container.dataset.marks));
  });
}
