// A read-only diagram in our font, fitted with a margin, its watermark left alone.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { translations } from './vietnamese.js';

export const TEXT = {
  textRenderer: {
    defaultStyle: { fontFamily: '"Be Vietnam Pro", sans-serif', fontSize: 12, lineHeight: 1.2 },
    externalStyle: { fontSize: 11 },
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

// `around`: ids to look at when the whole diagram would be too small to read.
export async function showDiagram(container, source, { around = [], least = READABLE } = {}) {
  try {
    const [xml] = await Promise.all([fetchText(source), loadFont()]);
    const viewer = new NavigatedViewer({ container, ...TEXT, additionalModules: [translations] });
    await viewer.importXML(xml);
    container.querySelector('.waiting')?.remove();
    fit(viewer, { least, around });
    addZoom(container, viewer);
    window.addEventListener('beforeprint', () => fit(viewer, { shrink: 0.7 }));
    window.addEventListener('afterprint', () => fit(viewer, { least, around }));
    return viewer;
  } catch (error) {
    const told = container.querySelector('.waiting') ?? container.appendChild(document.createElement('p'));
    told.className = 'waiting';
    told.textContent = 'Không vẽ được sơ đồ. Hãy xem các bước ở bảng trên trang này.';
    console.error(error);
    return null;
  }
}

const READABLE = 0.7;

// Like zoom('fit-viewport'), with room for labels at the edges. Where the whole would be smaller than `least`, the part
// around the given elements, else the beginning. `shrink`: paper is narrower than the screen, and is measured too late.
export function fit(viewer, { padding = 24, left = padding, least = 0, around = [], shrink = 1 } = {}) {
  const canvas = viewer.get('canvas');
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return;
  const whole = Math.min(1.15, (outer.width - left - padding) / inner.width, (outer.height - 2 * padding) / inner.height);
  const scale = Math.max(whole * shrink, least);
  const width = outer.width / scale;
  const height = outer.height / scale;
  const middle = scale > whole ? middleOf(viewer, around) : null;
  const isForPaper = shrink < 1;
  canvas.viewbox({
    x: isForPaper ? inner.x - 8 : along(inner.x, inner.width, width, left / scale, padding / scale, middle?.x),
    y: isForPaper ? inner.y - 8 : along(inner.y, inner.height, height, padding / scale, padding / scale, middle?.y),
    width,
    height,
  });
}

// Where a window of `size` begins over a content: centred when all fits, else around `middle` and never past the ends.
function along(start, length, size, before, after, middle) {
  if (length + before + after <= size) return start - before - (size - length - before - after) / 2;
  const first = start - before;
  const last = start + length + after - size;
  return middle === undefined ? first : Math.max(first, Math.min(last, middle - size / 2));
}

function middleOf(viewer, ids) {
  const found = ids.map((id) => viewer.get('elementRegistry').get(id)).filter((one) => one && !one.waypoints);
  if (!found.length) return null;
  const left = Math.min(...found.map((one) => one.x));
  const right = Math.max(...found.map((one) => one.x + one.width));
  const top = Math.min(...found.map((one) => one.y));
  const bottom = Math.max(...found.map((one) => one.y + one.height));
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

// Moves the window, at its present scale, when an element to look at has left it.
export function keepInView(viewer, ids) {
  const canvas = viewer.get('canvas');
  const { x, y, width, height, inner, scale } = canvas.viewbox();
  const middle = middleOf(viewer, ids);
  if (!middle) return;
  const margin = 70;
  const isSeen = middle.x > x + margin && middle.x < x + width - margin && middle.y > y + margin && middle.y < y + height - margin;
  if (isSeen) return;
  const edge = 24 / scale;
  canvas.viewbox({
    x: along(inner.x, inner.width, width, edge, edge, middle.x),
    y: along(inner.y, inner.height, height, edge, edge, middle.y),
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
      const overlay = overlays.add(id, { position: { top: -12, left: element.width / 2 - 13 }, html: badge, scale: { min: 1, max: 1.2 } });
      undo.push(() => overlays.remove(overlay));
    }
  }
  return () => undo.forEach((step) => step());
}
