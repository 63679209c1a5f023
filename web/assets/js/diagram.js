// Diagrams on pages: each [data-diagram] is drawn and its [data-marks] shown.
import { keepInView, mark, showDiagram } from './diagram/viewer.js';

for (const container of document.querySelectorAll('[data-diagram]')) {
  const marks = JSON.parse(container.dataset.marks ?? '{}');
  const around = Object.keys(marks).filter((id) => marks[id].is_open ?? ['active', 'late', 'paused'].includes(marks[id].state));
  showDiagram(container, container.dataset.diagram, { around }).then((viewer) => {
    if (!viewer) return;
    mark(viewer, marks);
    document.addEventListener('click', (event) => {
      const id = event.target.closest('[data-go-element]')?.dataset.goElement;
      if (id) pointAt(container, viewer, id);
    });
  });
}

// A row of the table beside the drawing leads to its element.
function pointAt(container, viewer, id) {
  if (!viewer.get('elementRegistry').get(id)) return;
  keepInView(viewer, [id]);
  container.scrollIntoView({ block: 'center' });
  viewer.get('canvas').addMarker(id, 'mark-chosen');
  setTimeout(() => viewer.get('canvas').removeMarker(id, 'mark-chosen'), 2500);
}
