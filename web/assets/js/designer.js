// The designer's page: draw, fill in properties, see the server's findings, save the draft.
import Modeler from 'bpmn-js/lib/Modeler';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import { TEXT, fetchText, fit, loadFont } from './diagram/viewer.js';
import { missing, translations } from './diagram/vietnamese.js';
import { Findings } from './designer/findings.js';
import { Panel } from './designer/panel.js';
import { Properties } from './designer/properties.js';

const root = document.querySelector('[data-designer]');
const schema = JSON.parse(document.getElementById('panel-schema').textContent);
const token = document.querySelector('meta[name="csrf"]').content;
const container = root.querySelector('.canvas');
const told = root.querySelector('[data-saved]');
const problem = root.querySelector('[data-problem]');
const { source, lint: lintUrl } = root.dataset;
const canEdit = Boolean(root.dataset.saveUrl);
let revision = Number(root.dataset.revision);
let isDirty = false;

const modeler = new (canEdit ? Modeler : NavigatedViewer)({
  container,
  moddleExtensions: { camunda },
  additionalModules: [translations],
  ...TEXT,
});

async function post(url, body) {
  const answer = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRF-Token': token },
  }).catch(() => { throw new Error('Không kết nối được máy chủ. Bản vẽ vẫn còn trên trang này: hãy thử lại, hoặc tải tệp BPMN về máy.'); });
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(content.message ?? `Máy chủ trả lời ${answer.status}. Bản vẽ vẫn còn trên trang này: hãy tải tệp BPMN về máy rồi mở lại trang.`);
  return content;
}

function tell(text, isBad = false) {
  problem.hidden = !isBad;
  problem.querySelector('div').textContent = isBad ? text : '';
  told.textContent = isBad ? '' : text;
}

async function start() {
  const [xml] = await Promise.all([fetchText(source), loadFont()]);
  await modeler.importXML(xml);
  container.querySelector('.waiting')?.remove();
  const room = canEdit ? 120 : 24;
  fit(modeler, { left: room, least: 0.75 });

  const panel = new Panel(root.querySelector('[data-panel]'), schema, new Properties(modeler), { canEdit });
  const findings = new Findings(root.querySelector('[data-findings]'), modeler, { canEdit });
  const events = modeler.get('eventBus');
  const rootElement = () => modeler.get('canvas').getRootElement();
  const shown = (element) => element?.labelTarget ?? element ?? rootElement();

  events.on('selection.changed', ({ newSelection }) => panel.show(shown(newSelection.length === 1 ? newSelection[0] : null)));
  panel.show(rootElement());

  const lint = async () => {
    const { xml: current } = await modeler.saveXML({ format: true });
    findings.show((await post(lintUrl, { source: current, version: root.dataset.version })).findings);
  };
  let timer;
  const lintSoon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => lint().catch((error) => tell(error.message, true)), wait);
  };
  events.on('commandStack.changed', () => {
    isDirty = true;
    tell('Có thay đổi chưa lưu');
    lintSoon(700);
    const selected = modeler.get('selection').get();
    const isTyping = root.querySelector('[data-panel]').contains(document.activeElement);
    if (!isTyping) panel.show(shown(selected.length === 1 ? selected[0] : null));
  });
  lintSoon(0);

  root.querySelector('[data-save]')?.addEventListener('click', async () => {
    try {
      const { xml: current } = await modeler.saveXML({ format: true });
      const answer = await post(root.dataset.saveUrl, { source: current, revision });
      revision = answer.revision;
      findings.show(answer.findings);
      isDirty = false;
      tell(answer.message ?? 'Đã lưu bản nháp');
    } catch (error) {
      tell(error.message, true);
    }
  });
  root.querySelector('[data-undo]')?.addEventListener('click', () => modeler.get('commandStack').undo());
  root.querySelector('[data-redo]')?.addEventListener('click', () => modeler.get('commandStack').redo());
  root.querySelector('[data-fit]')?.addEventListener('click', () => fit(modeler, { left: room }));
  root.querySelector('[data-download]')?.addEventListener('click', async () => {
    const { xml: current } = await modeler.saveXML({ format: true });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([current], { type: 'application/xml' }));
    link.download = root.dataset.fileName || 'process.bpmn';
    link.click();
    URL.revokeObjectURL(link.href);
  });
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's' && canEdit) {
      event.preventDefault();
      root.querySelector('[data-save]').click();
    }
  });
  document.querySelectorAll('[data-go-element]').forEach((link) => {
    link.addEventListener('click', () => findings.go(link.dataset.goElement));
  });
  window.addEventListener('beforeunload', (event) => {
    if (isDirty) event.preventDefault();
  });
  root.querySelector('[data-table]').open = !canEdit;
  root.modeler = modeler;
  root.untranslated = missing;
  root.dataset.ready = '1';
}

start().catch((error) => {
  console.error(error);
  tell(`Không mở được bản vẽ: ${error.message}`, true);
});
