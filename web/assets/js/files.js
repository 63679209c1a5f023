// A form that comes back with mistakes keeps the files chosen in it: a browser cannot put them back into a new page.

export function keepFiles(form, prepare) {
  for (const lost of form.querySelectorAll('[data-files-lost]')) lost.remove();
  form.addEventListener('submit', async (event) => {
    const files = [...form.querySelectorAll('input[type=file]')].filter((one) => one.files.length);
    const asksFor = event.submitter?.dataset.keepFiles !== undefined;
    if (event.defaultPrevented || !asksFor || !files.length) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = '1';
    event.submitter.setAttribute('aria-disabled', 'true');
    const again = await answerTo(form, event.submitter);
    if (again === null) return;
    for (const file of files) {
      const place = again.querySelector(`input[type=file][name="${CSS.escape(file.name)}"]`);
      if (place) place.files = file.files;
    }
    form.replaceWith(again);
    prepare(again.parentElement);
    again.querySelector('[data-focus]')?.focus();
  });
}

// The form as it comes back, or null when the browser is on its way to another page. Sending it twice is one deed: it bears an id.
async function answerTo(form, submitter) {
  let came = null;
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new FormData(form, submitter) });
    if (answer.redirected) {
      window.location.assign(answer.url);
      return null;
    }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    came = page.querySelector('form:has([data-keep-files])');
  } catch {
    // The connection is gone: the browser says so better than we do.
  }
  if (came) return document.adoptNode(came);
  const pressed = Object.assign(document.createElement('input'), { type: 'hidden', name: submitter.name, value: submitter.value });
  if (submitter.name) form.append(pressed);
  form.submit();
  return null;
}
