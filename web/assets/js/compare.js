// Two versions side by side: what was added, removed or changed is marked in both; a row leads to its element.
import { showDiagram } from './diagram/viewer.js';

const viewers = {};
const changes = JSON.parse(document.getElementById('changes').textContent);

for (const container of document.querySelectorAll('[data-compare]')) {
  const side = container.dataset.compare;
  const around = changes.map((change) => change.element).filter(Boolean).slice(0, 1);
  showDiagram(container, container.dataset.source, { least: 0.55, around }).then((viewer) => {
    if (!viewer) return;
    viewers[side] = viewer;
    const registry = viewer.get('elementRegistry');
    for (const { element, kind } of changes) {
      const drawn = element && registry.get(element);
      if (!drawn) continue;
      viewer.get('canvas').addMarker(element, `mark-${kind}`);
      if (drawn.type === 'bpmn:Group') viewer.get('canvas').addMarker(element, 'mark-frame');
    }
    viewer.get('eventBus').on('canvas.viewbox.changed', ({ viewbox }) => follow(side, viewbox));
    viewer.get('eventBus').on('element.click', ({ element }) => {
      document.querySelector(`[data-change="${CSS.escape(element.labelTarget?.id ?? element.id)}"]`)?.scrollIntoView({ block: 'center' });
    });
  });
}

// Both windows show the same place.
let isFollowing = false;
function follow(side, { x, y, width, height }) {
  if (isFollowing) return;
  isFollowing = true;
  for (const [other, viewer] of Object.entries(viewers)) {
    if (other !== side) viewer.get('canvas').viewbox({ x, y, width, height });
  }
  isFollowing = false;
}

document.addEventListener('click', (event) => {
  const row = event.target.closest('[data-change]');
  if (!row) return;
  document.querySelector('.compared').scrollIntoView({ block: 'nearest' });
  for (const viewer of Object.values(viewers)) {
    const element = viewer.get('elementRegistry').get(row.dataset.change);
    if (!element) continue;
    viewer.get('canvas').scrollToElement(element, 80);
    viewer.get('canvas').addMarker(element, 'mark-chosen');
    setTimeout(() => viewer.get('canvas').removeMarker(element, 'mark-chosen'), 2500);
  }
});
