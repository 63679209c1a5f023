// On every page: htmx, focus on errors, forms that save themselves, confirmations. Every page works without it.
import 'htmx.org';
import { prepareForms } from './forms.js';

const token = document.querySelector('meta[name="csrf"]')?.content ?? '';

document.addEventListener('htmx:config:request', (event) => {
  event.detail.ctx.request.headers['X-CSRF-Token'] = token;
});

document.querySelector('[data-focus]')?.focus();
prepareForms(document, token);
document.addEventListener('htmx:after:swap', () => prepareForms(document, token));

document.addEventListener('submit', (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A second tap on a button must not send the form twice.
document.addEventListener('submit', (event) => {
  if (event.defaultPrevented || event.submitter?.formTarget === '_blank') return;
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = '1';
  setTimeout(() => delete form.dataset.sent, 3000);
});

document.addEventListener('click', (event) => {
  const menu = document.querySelector('.menu[open]');
  if (menu && !menu.contains(event.target)) menu.open = false;
  if (event.target.closest('[data-print]')) window.print();
  if (event.target.closest('[data-clear-fresh]')) document.getElementById('fresh')?.replaceChildren();
});
document.addEventListener('keydown', (event) => {
  const menu = document.querySelector('.menu[open]');
  if (event.key === 'Escape' && menu) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});
