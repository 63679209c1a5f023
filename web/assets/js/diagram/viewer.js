// A read-only diagram in our font, fitted with a margin, its watermark left alone.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { translations } from './vietnamese.js';

export const TEXT = {
  textRenderer: {
    defaultStyle: { fontFamily: '"Be Vietnam Pro", sans-serif', fontSize: 12, lineHeight: 1.3 },
    externalStyle: { fontSize: 12 },
  },
};

// bpmn-js measures labels when it draws them: the font must be there before, in both subsets.
export function loadFont() {
  return Promise.all([document.fonts.load('12px "Be Vietnam Pro"', 'Aa'), document.fonts.load('12px "Be Vietnam Pro"', 'ếậữ')]);
}

export async function fetchText(source) {
  const answer = await fetch(source, { headers: { Accept: 'application/xml, text/xml' } });
  if (!answer.ok) throw new Error(`${source}: ${answer.status}`);
  return answer.text();
}

export async function showDiagram(container, source) {
  try {
    const [xml] = await Promise.all([fetchText(source), loadFont()]);
    const viewer = new NavigatedViewer({ container, ...TEXT, additionalModules: [translations] });
    await viewer.importXML(xml);
    container.querySelector('.waiting')?.remove();
    fit(viewer);
    addZoom(container, viewer);
    return viewer;
  } catch (error) {
    const told = container.querySelector('.waiting') ?? container.appendChild(document.createElement('p'));
    told.className = 'waiting';
    told.textContent = 'Không vẽ được sơ đồ. Hãy xem các bước ở bảng trên trang này.';
    console.error(error);
    return null;
  }
}

// Like zoom('fit-viewport'), with room for labels at the edges; small diagrams are not blown up.
export function fit(viewer, padding = 24) {
  const canvas = viewer.get('canvas');
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return;
  const scale = Math.min(1.15, (outer.width - 2 * padding) / inner.width, (outer.height - 2 * padding) / inner.height);
  const width = outer.width / scale;
  const height = outer.height / scale;
  canvas.viewbox({
    x: inner.x - (width - inner.width) / 2,
    y: inner.y - Math.max(padding / scale, (height - inner.height) / 2),
    width,
    height,
  });
}

function addZoom(container, viewer) {
  const bar = document.createElement('div');
  bar.className = 'zoom no-print';
  const canvas = viewer.get('canvas');
  const buttons = [
    ['+', 'Phóng to', () => canvas.zoom(canvas.zoom() * 1.25)],
    ['−', 'Thu nhỏ', () => canvas.zoom(canvas.zoom() / 1.25)],
    ['⤢', 'Vừa khung', () => fit(viewer)],
  ];
  for (const [sign, name, act] of buttons) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button small';
    button.textContent = sign;
    button.setAttribute('aria-label', name);
    button.title = name;
    button.addEventListener('click', act);
    bar.append(button);
  }
  container.append(bar);
}

// Marks elements: {id: {state: done|active|late|paused, visits, is_open}}. Returns a function that takes the marks away.
export function mark(viewer, marks) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  const undo = [];
  for (const [id, { state, visits = 1, is_open: isOpen = state === 'active' }] of Object.entries(marks)) {
    const element = registry.get(id);
    if (!element) continue;
    const names = [`mark-${state}`, ...(isOpen && state === 'late' ? ['mark-active'] : [])];
    for (const name of names) canvas.addMarker(id, name);
    undo.push(() => names.forEach((name) => canvas.removeMarker(id, name)));
    if (visits > 1 && !element.waypoints) {
      const badge = document.createElement('span');
      badge.className = 'visits';
      badge.textContent = `${visits}×`;
      badge.title = `Đã qua ${visits} lần`;
      const overlay = overlays.add(id, { position: { top: -12, right: 16 }, html: badge });
      undo.push(() => overlays.remove(overlay));
    }
  }
  return () => undo.forEach((step) => step());
}
