// What forms gain from JavaScript: questions that other answers made void disappear, rows can be added, drafts and files are kept.
import { keepFiles } from './files.js';

export function prepareForms(root, token) {
  for (const form of root.querySelectorAll('form:not([data-prepared])')) {
    form.dataset.prepared = '1';
    followConditions(form);
    for (const table of form.querySelectorAll('table[data-rows]')) offerRows(table);
    if (form.dataset.autosave) keepDraft(form, token);
    if (form.querySelector('[data-keep-files]')) keepFiles(form, (part) => prepareForms(part, token));
  }
}

function followConditions(form) {
  const asked = [...form.querySelectorAll('[data-when]')];
  if (!asked.length) return;
  const update = () => {
    const given = new FormData(form);
    for (const field of asked) {
      field.hidden = !JSON.parse(field.dataset.whenValues).includes(String(given.get(field.dataset.when) ?? ''));
    }
  };
  form.addEventListener('change', update);
  update();
}

function offerRows(table) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button small';
  button.textContent = 'Thêm dòng';
  button.addEventListener('click', () => {
    const rows = table.tBodies[0].rows;
    const row = rows[rows.length - 1].cloneNode(true);
    const number = rows.length;
    for (const control of row.querySelectorAll('input, select')) {
      control.name = control.name.replace(/\.\d+\./, `.${number}.`);
      control.id = control.id.replace(/-\d+-/, `-${number}-`);
      control.setAttribute('aria-label', control.getAttribute('aria-label').replace(/\d+$/, String(number + 1)));
      control.value = '';
    }
    table.tBodies[0].append(row);
    row.querySelector('input, select').focus();
  });
  table.parentElement.after(button);
}

function tellSignedOut(told) {
  const link = Object.assign(document.createElement('a'), { href: '/sign-in', target: '_blank', rel: 'noopener', textContent: 'Đăng nhập lại ở thẻ mới' });
  told.replaceChildren('Phiên làm việc đã hết, bản nháp chưa lưu. ', link, ', nội dung trên trang này vẫn còn.');
}

// Saved two seconds after the last change; files stay in the browser until the form is sent.
function keepDraft(form, token) {
  const told = form.querySelector('[data-saved]');
  let timer;
  const save = async () => {
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    try {
      const answer = await fetch(form.dataset.autosave, { method: 'POST', body, headers: { 'X-CSRF-Token': token } });
      if (answer.ok) {
        // Somebody who signed in again beside this page goes on here: the answer brings the new session's token.
        token = (await answer.json()).csrf;
        form.querySelector('[name="_csrf"]').value = token;
        const time = new Date().toLocaleTimeString('vi-VN', { hour: '2-digit', minute: '2-digit' });
        told.textContent = `Bản nháp lưu lúc ${time}`;
      } else if (answer.status === 401) {
        tellSignedOut(told);
      } else {
        told.textContent = answer.status === 409 ? 'Việc này đã được người khác xử lý' : 'Chưa lưu được bản nháp';
      }
    } catch {
      told.textContent = 'Mất kết nối, bản nháp chưa được lưu';
    }
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  });
  form.addEventListener('submit', () => clearTimeout(timer));
}
