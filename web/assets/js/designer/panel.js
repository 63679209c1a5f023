// The properties panel: fields come from the server's schema, one section per group, one control per field.
import { fitsElement } from './properties.js';

const KINDS = {
  'bpmn:UserTask': 'Việc của cán bộ', 'bpmn:ManualTask': 'Việc làm tay', 'bpmn:ServiceTask': 'Việc liên thông',
  'bpmn:ReceiveTask': 'Việc chờ nhận', 'bpmn:SendTask': 'Việc gửi đi', 'bpmn:ScriptTask': 'Việc tính toán',
  'bpmn:BusinessRuleTask': 'Việc theo bảng quyết định', 'bpmn:Task': 'Công việc', 'bpmn:Lane': 'Làn (đơn vị)',
  'bpmn:Participant': 'Bên tham gia', 'bpmn:SequenceFlow': 'Luồng', 'bpmn:StartEvent': 'Bắt đầu', 'bpmn:EndEvent': 'Kết thúc',
  'bpmn:BoundaryEvent': 'Sự kiện biên', 'bpmn:IntermediateCatchEvent': 'Sự kiện chờ', 'bpmn:IntermediateThrowEvent': 'Sự kiện phát',
  'bpmn:ExclusiveGateway': 'Cổng chọn một', 'bpmn:ParallelGateway': 'Cổng song song', 'bpmn:InclusiveGateway': 'Cổng chọn nhiều',
  'bpmn:EventBasedGateway': 'Cổng chờ sự kiện', 'bpmn:SubProcess': 'Quy trình con', 'bpmn:Process': 'Quy trình', 'bpmn:Collaboration': 'Cả bản vẽ', 'bpmn:Group': 'Bước của quy trình',
  'bpmn:ComplexGateway': 'Cổng phức hợp', 'bpmn:CallActivity': 'Quy trình được gọi', 'bpmn:Transaction': 'Giao dịch',
  'bpmn:AdHocSubProcess': 'Quy trình con tùy việc', 'bpmn:TextAnnotation': 'Ghi chú', 'bpmn:Association': 'Đường ghi chú',
  'bpmn:DataObjectReference': 'Dữ liệu', 'bpmn:DataStoreReference': 'Kho dữ liệu', 'bpmn:MessageFlow': 'Luồng thông điệp',
};

export class Panel {
  // Where nothing may be changed, only what is filled in is shown.
  constructor(root, schema, properties, { canEdit = true } = {}) {
    this.root = root;
    this.schema = schema;
    this.properties = properties;
    this.canEdit = canEdit;
    this.element = null;
    this.leading = new Set(schema.groups.flatMap((group) => group.fields.map((field) => field.follows)).filter(Boolean));
  }

  isShown(element, field) {
    return fitsElement(element, field.elements) && (this.canEdit || this.properties.read(element, field.name) !== '');
  }

  show(element) {
    this.element = element;
    const open = new Set([...this.root.querySelectorAll('details[open]')].map((one) => one.dataset.group));
    const isFirst = !this.root.querySelector('details');
    this.root.replaceChildren();
    if (!element) {
      this.root.append(node('h2', {}, 'Chưa chọn phần tử'), node('p', { className: 'muted' }, 'Chọn một việc, một làn hoặc một luồng trên sơ đồ để xem và sửa.'));
      return;
    }
    if (!this.schema.groups.some((group) => group.fields.some((field) => this.isShown(element, field)))) {
      const told = element.parent ? 'Phần tử này không có thuộc tính.' : `Chọn một việc, một làn hoặc một luồng trên sơ đồ để xem${this.canEdit ? ' và sửa' : ''}.`;
      this.root.append(node('h2', {}, KINDS[element.type] ?? 'Phần tử'), node('p', { className: 'muted' }, told));
      return;
    }
    const name = this.properties.read(element, '@name');
    this.root.append(node('h2', {}, name || KINDS[element.type] || 'Phần tử'), node('p', { className: 'muted small' }, `${KINDS[element.type] ?? element.type.replace('bpmn:', '')}, mã ${element.id}`));
    for (const group of this.schema.groups) {
      const fields = group.fields.filter((field) => this.isShown(element, field));
      if (!fields.length) continue;
      const section = node('details', { open: isFirst ? group.is_open !== false : open.has(group.title) || group.is_open !== false });
      section.dataset.group = group.title;
      section.append(node('summary', {}, group.title), ...fields.map((field) => this.field(field)));
      this.root.append(section);
    }
  }

  field(field) {
    const id = `panel-${field.name.replace('@', '')}`;
    const value = this.properties.read(this.element, field.name);
    const control = this.control(field, id, value);
    control.addEventListener('change', () => {
      const typed = control.type === 'checkbox' ? (control.checked ? 'true' : '') : control.value.trim();
      this.properties.write(this.element, field.name, typed);
      if (this.leading.has(field.name)) {
        this.show(this.element);
        document.getElementById(id)?.focus();
      }
    });
    if (!this.canEdit) control.toggleAttribute(control.matches('input[type="text"], textarea') ? 'readonly' : 'disabled', true);
    const box = node('div', { className: 'field' });
    if (control.type === 'checkbox') {
      const label = node('label', { className: 'choice' });
      label.append(control, node('span', {}, field.title));
      box.append(label);
    } else {
      box.append(node('label', { htmlFor: id }, field.title));
    }
    if (field.hint && this.canEdit) {
      box.append(node('span', { className: 'hint', id: `${id}-hint` }, field.hint));
      control.setAttribute('aria-describedby', `${id}-hint`);
    }
    if (control.type !== 'checkbox') box.append(control);
    return box;
  }

  control(field, id, value) {
    if (field.kind === 'flag') return node('input', { type: 'checkbox', id, checked: value === 'true' });
    if (field.kind === 'long') return node('textarea', { id, value, rows: 3, spellcheck: false });
    if (field.kind === 'choice') {
      const select = node('select', { id });
      const leader = field.follows && this.properties.read(this.element, field.follows);
      const options = leader ? field.options.filter(([, , of]) => of === leader) : field.options;
      const known = options.some(([key]) => key === value);
      select.append(node('option', { value: '' }, '(không chọn)'));
      if (value && !known) select.append(node('option', { value }, `${value} (không có trong danh mục)`));
      for (const [key, word] of options) select.append(node('option', { value: key }, word));
      select.value = value;
      return select;
    }
    const input = node('input', { type: 'text', id, value, autocomplete: 'off', spellcheck: false });
    if (field.suggestions?.length) {
      const listId = `${id}-list`;
      input.setAttribute('list', listId);
      const list = node('datalist', { id: listId });
      for (const [key, word] of field.suggestions) list.append(node('option', { value: key }, word));
      this.root.append(list);
    }
    return input;
  }
}

export function node(tag, properties = {}, text = '') {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  if (text) made.textContent = text;
  return made;
}
