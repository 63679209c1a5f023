// The server's findings, as flags on their elements and as a list beside the diagram.
import { node } from './panel.js';

export class Findings {
  constructor(root, modeler, { canEdit = true } = {}) {
    this.root = root;
    this.canEdit = canEdit;
    this.overlays = modeler.get('overlays');
    this.registry = modeler.get('elementRegistry');
    this.canvas = modeler.get('canvas');
    this.selection = modeler.get('selection');
    this.flags = [];
  }

  show(found) {
    const findings = [...found].sort((one, other) => (other.severity === 'error') - (one.severity === 'error'));
    for (const flag of this.flags) this.overlays.remove(flag);
    this.flags = [];
    this.root.replaceChildren();
    const errors = findings.filter((one) => one.severity === 'error').length;
    const told = findings.length ? `${errors} lỗi, ${findings.length - errors} cảnh báo` : this.canEdit ? 'Không còn lỗi, có thể trình thẩm định.' : 'Không có lỗi.';
    this.root.append(node('p', { className: findings.length ? 'muted' : 'badge good' }, told));
    const list = node('ul', { className: 'findings' });
    for (const finding of findings) list.append(this.line(finding));
    this.root.append(list);
    for (const [id, ones] of Map.groupBy ? Map.groupBy(findings, (one) => one.element) : groupBy(findings)) this.flag(id, ones);
  }

  line(finding) {
    const isError = finding.severity === 'error';
    const item = node('li', { className: finding.severity });
    const button = node('button', { type: 'button' });
    const text = node('span');
    text.append(node('b', {}, isError ? 'Lỗi: ' : 'Cảnh báo: '), finding.message, node('small', {}, finding.element ? `${this.nameOf(finding.element)}${finding.line ? `, dòng ${finding.line}` : ''}` : 'Toàn quy trình'));
    button.append(text);
    button.addEventListener('click', () => this.go(finding.element));
    item.append(button);
    return item;
  }

  flag(id, findings) {
    const element = id && this.registry.get(id);
    if (!element || element === this.canvas.getRootElement()) return;
    const isError = findings.some((one) => one.severity === 'error');
    const flag = node('div', { className: `finding-flag${isError ? ' error' : ''}`, title: findings.map((one) => one.message).join('\n') }, isError ? `✖${findings.length > 1 ? findings.length : ''}` : '!');
    flag.addEventListener('click', () => this.go(id));
    this.flags.push(this.overlays.add(id, { position: { top: -12, left: -12 }, html: flag, scale: { min: 1, max: 1.2 } }));
  }

  go(id) {
    const element = id && this.registry.get(id);
    if (!element) return;
    this.canvas.scrollToElement(element, 120);
    this.selection.select(element);
  }

  nameOf(id) {
    const object = this.registry.get(id)?.businessObject;
    return object?.name || object?.categoryValueRef?.value || id;
  }
}

function groupBy(findings) {
  const groups = new Map();
  for (const one of findings) groups.set(one.element, [...(groups.get(one.element) ?? []), one]);
  return groups;
}
