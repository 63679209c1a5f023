// A history on its diagram. What is drawn is a pure function of the first n events; list, slider and diagram follow n.
import { verifyChain } from './chain.js';
import { keepInView, mark, showDiagram } from './diagram/viewer.js';

const root = document.querySelector('[data-replay]');
const events = JSON.parse(document.getElementById('replay-events').textContent);
const evidence = JSON.parse(document.getElementById('replay-evidence').textContent);
const scrub = root.querySelector('[data-scrub]');
const list = root.querySelector('[data-events]');
const items = [...list.querySelectorAll('li')];
const now = root.querySelector('[data-now]');
const playWord = root.querySelector('[data-play-word]');
const playIcons = root.querySelectorAll('[data-play-icon]');
const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
let shown = events.length;
let timer = null;
// A migrated dossier has a diagram for each version that it ran on, hidden outside of its stretch of the history.
const canvases = [...root.querySelectorAll('[data-replay-diagram]')];
const drawn = new Map();
let viewer = null;
let clearMarks = () => {};

// Elements after n events: open ones are active, late or paused; left ones stay done, or late if they were late once.
export function stateAfter(history, n) {
  const open = new Map();
  const marks = {};
  const wasLate = new Set();
  for (const event of history.slice(0, n)) {
    for (const id of event.late) wasLate.add(id);
    if (event.is_migration) leaveAll(open, marks);
    for (const id of event.enter) {
      open.set(id, (open.get(id) ?? 0) + 1);
      marks[id] = { visits: (marks[id]?.visits ?? 0) + 1 };
    }
    for (const id of event.leave) {
      marks[id] ??= { visits: 1 };
      open.set(id, Math.max(0, (open.get(id) ?? 0) - 1));
    }
    for (const id of event.flows) marks[id] = { visits: (marks[id]?.visits ?? 0) + 1, state: 'taken' };
  }
  const paused = new Set(history[n - 1]?.paused ?? []);
  for (const [id, one] of Object.entries(marks)) {
    if (one.state === 'taken') continue;
    one.is_open = (open.get(id) ?? 0) > 0;
    one.state = wasLate.has(id) ? 'late' : !one.is_open ? 'done' : paused.has(id) ? 'paused' : 'active';
  }
  return marks;
}

// The version changes: what was open is so under its new name, and begins anew.
function leaveAll(open, marks) {
  for (const [id, count] of open) {
    if (!count) continue;
    open.set(id, 0);
    marks[id].visits -= count;
    if (marks[id].visits <= 0) delete marks[id];
  }
}

function canvasAt(n) {
  const seq = events[n - 1]?.seq ?? 0;
  return canvases.findLast((one) => Number(one.dataset.from) <= seq) ?? canvases[0];
}

// Brings the diagram of that moment's version to the front; drawn when it is first looked at.
function turnTo(canvas) {
  for (const one of canvases) one.hidden = one !== canvas;
  if (!drawn.has(canvas)) {
    drawn.set(canvas, null);
    draw(canvas);
  }
  if (drawn.get(canvas) !== viewer) {
    if (viewer) clearMarks();
    clearMarks = () => {};
    viewer = drawn.get(canvas);
  }
}

async function draw(canvas) {
  const made = await showDiagram(canvas, canvas.dataset.replayDiagram);
  if (!made) return;
  drawn.set(canvas, made);
  made.get('eventBus').on('element.click', ({ element }) => followElement(element.labelTarget?.id ?? element.id));
  show(shown);
}

function show(n, { scroll = true } = {}) {
  shown = Math.max(0, Math.min(n, events.length));
  scrub.value = shown;
  items.forEach((item, index) => {
    item.querySelector('button').toggleAttribute('aria-current', false);
    item.classList.toggle('after', index >= shown);
  });
  const event = events[shown - 1];
  if (event) {
    const button = items[shown - 1].querySelector('button');
    button.setAttribute('aria-current', 'step');
    if (scroll) list.scrollTop = items[shown - 1].offsetTop - list.offsetTop - list.clientHeight / 2;
    now.textContent = `${shown}/${events.length}: ${event.title}. ${event.by}, ${event.at}`;
    scrub.setAttribute('aria-valuetext', now.textContent);
  } else {
    now.textContent = 'Trước sự kiện đầu tiên';
  }
  turnTo(canvasAt(shown));
  if (viewer) {
    clearMarks();
    const marks = stateAfter(events, shown);
    clearMarks = mark(viewer, marks);
    keepInView(viewer, Object.keys(marks).filter((id) => marks[id].is_open));
  }
}

function forward() {
  const next = events[shown];
  show(shown + 1);
  if (viewer && next && !isStill) next.flows.forEach(runToken);
}

// A token runs along the flow just taken.
function runToken(id) {
  const line = viewer.get('elementRegistry').getGraphics(id)?.querySelector('.djs-visual > path');
  if (!line?.getTotalLength) return;
  const token = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
  token.setAttribute('r', '7');
  token.setAttribute('class', 'token');
  line.parentNode.append(token);
  const length = line.getTotalLength();
  const duration = 450 / Number(root.querySelector('[data-speed]').value);
  const began = performance.now();
  const step = (time) => {
    const part = Math.min(1, (time - began) / duration);
    const { x, y } = line.getPointAtLength(length * part);
    token.setAttribute('cx', x);
    token.setAttribute('cy', y);
    if (part < 1) requestAnimationFrame(step);
    else token.remove();
  };
  requestAnimationFrame(step);
}

function stop() {
  clearInterval(timer);
  timer = null;
  tellPlaying('Phát');
}

function tellPlaying(word) {
  playWord.textContent = word;
  playIcons.forEach((one) => { one.hidden = one.dataset.playIcon !== word; });
}

function play() {
  if (timer) return stop();
  if (shown >= events.length) show(0);
  tellPlaying('Dừng');
  const speed = Number(root.querySelector('[data-speed]').value);
  timer = setInterval(() => {
    forward();
    if (shown >= events.length) stop();
  }, 1100 / speed);
}

root.querySelector('[data-play]').addEventListener('click', play);
root.querySelector('[data-back]').addEventListener('click', () => { stop(); show(shown - 1); });
root.querySelector('[data-forward]').addEventListener('click', () => { stop(); forward(); });
root.querySelector('[data-speed]').addEventListener('change', () => { if (timer) { stop(); play(); } });
scrub.addEventListener('input', () => { stop(); show(Number(scrub.value)); });
list.addEventListener('click', (event) => {
  const item = event.target.closest('li');
  if (item) { stop(); show(items.indexOf(item) + 1, { scroll: false }); }
});
list.addEventListener('keydown', (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  stop();
  show(shown + by);
  items[Math.max(0, shown - 1)].querySelector('button').focus({ preventScroll: true });
});
document.addEventListener('keydown', (event) => {
  if (event.target.closest('input, select, textarea, button, a, [contenteditable]')) return;
  const keys = { ' ': play, ArrowRight: forward, ArrowLeft: () => show(shown - 1), Home: () => show(0), End: () => show(events.length) };
  if (!keys[event.key]) return;
  event.preventDefault();
  if (event.key !== ' ') stop();
  keys[event.key]();
});

// An element leads to the next event that touches it, around the end to the first.
function followElement(id) {
  const touches = events.map((event) => event.enter.includes(id) || event.leave.includes(id) || event.flows.includes(id));
  const found = [...touches.keys()].filter((index) => touches[index]);
  if (!found.length) return;
  stop();
  show((found.find((index) => index >= shown) ?? found[0]) + 1);
}

async function tellChain() {
  const told = document.querySelector('[data-chain]');
  try {
    const verdict = await verifyChain(root.dataset.case, evidence, root.dataset.head);
    if (verdict.brokenAt === null) {
      told.textContent = `Trình duyệt này đã tự tính lại: ${verdict.length}/${evidence.length} sự kiện khớp.`;
      return;
    }
    told.textContent = `Trình duyệt này tự tính lại và thấy chuỗi bị phá vỡ tại sự kiện ${verdict.brokenAt}: ${verdict.reason}.`;
    const notice = told.closest('.notice');
    notice.classList.replace('good', 'bad');
    notice.setAttribute('role', 'alert');
    items.slice(verdict.brokenAt - 1).forEach((item) => {
      item.classList.add('broken');
      item.querySelector('[data-hash]').classList.add('seal-broken');
    });
  } catch {
    told.textContent = 'Trình duyệt không tính được mã băm qua kết nối này (cần https). Dùng lệnh motcua verify để kiểm tra độc lập.';
  }
}

tellChain();
show(shown);
