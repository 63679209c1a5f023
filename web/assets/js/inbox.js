// The inbox by keyboard, and several dossiers at once. Single keys can be switched off (WCAG 2.1.4); the choice is kept.

const SWITCH = 'motcua.keys';
let at = -1;
let lastPicked = -1;

const rows = () => [...document.querySelectorAll('table[data-keys] tbody tr')];
const areKeysOn = () => localStorage.getItem(SWITCH) !== 'off';

function go(to) {
  const all = rows();
  if (!all.length) return;
  at = Math.max(0, Math.min(to, all.length - 1));
  all.forEach((row, index) => row.classList.toggle('at', index === at));
  const link = all[at].querySelector('a');
  link.focus({ preventScroll: true });
  all[at].scrollIntoView({ block: 'nearest' });
}

function tellPicked() {
  const boxes = [...document.querySelectorAll('input[name="item[]"]')];
  const picked = boxes.filter((box) => box.checked);
  for (const box of boxes) box.closest('tr').classList.toggle('chosen', box.checked);
  const told = document.querySelector('[data-picked]');
  if (told) told.textContent = picked.length ? `Đã chọn ${picked.length} hồ sơ` : 'Chọn hồ sơ để làm cùng lúc';
  for (const button of document.querySelectorAll('[data-batch-bar] button')) button.disabled = !picked.length;
  const all = document.querySelector('[data-pick-all]');
  if (all) {
    all.checked = picked.length > 0 && picked.length === boxes.length;
    all.indeterminate = picked.length > 0 && picked.length < boxes.length;
  }
}

document.addEventListener('keydown', (event) => {
  const isTyping = event.target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable]');
  if (event.key === 'Escape' && isTyping) return event.target.blur();
  if (isTyping || !document.querySelector('table[data-keys]') || event.ctrlKey || event.metaKey || event.altKey || !areKeysOn()) return;
  const all = rows();
  const focused = all.findIndex((row) => row.contains(document.activeElement));
  if (focused >= 0) at = focused;
  const keys = {
    j: () => go(at + 1),
    k: () => go(at - 1),
    x: () => all[at]?.querySelector('input[type="checkbox"]')?.click(),
    '/': () => document.getElementById('q').focus(),
  };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

document.addEventListener('click', (event) => {
  if (event.target.matches('input[name="item[]"]')) {
    const boxes = [...document.querySelectorAll('input[name="item[]"]')];
    const place = boxes.indexOf(event.target);
    if (event.shiftKey && lastPicked >= 0) {
      const [from, to] = [Math.min(place, lastPicked), Math.max(place, lastPicked)];
      for (let index = from; index <= to; index += 1) boxes[index].checked = event.target.checked;
    }
    lastPicked = place;
  }
  if (event.target.closest('[data-keys-switch]')) {
    localStorage.setItem(SWITCH, areKeysOn() ? 'off' : 'on');
    tellKeys();
  }
});

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-pick-all]')) {
    for (const box of document.querySelectorAll('input[name="item[]"]')) box.checked = event.target.checked;
  }
  tellPicked();
});

function tellKeys() {
  const legend = document.querySelector('[data-keys-on]');
  if (!legend) return; // a list without keys
  legend.hidden = !areKeysOn();
  document.querySelector('[data-keys-switch]').textContent = areKeysOn() ? 'Tắt phím tắt' : 'Bật phím tắt';
}

document.addEventListener('htmx:after:swap', () => {
  at = -1;
  lastPicked = -1;
  tellPicked();
});
tellKeys();
tellPicked();
