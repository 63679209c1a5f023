// Reading and writing what the panel edits: camunda:properties, names, conditions and timers, all as undoable commands.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { PARTS, isOwn, readOwn, writeOwn } from './own.js';

export class Properties {
  constructor(modeler) {
    // A viewer has neither: it only reads.
    this.modeling = modeler.get('modeling', false);
    this.factory = modeler.get('bpmnFactory', false);
  }

  read(element, name) {
    if (name.startsWith('@')) return this.readOwn(element, name);
    return bag(element)?.values?.find((one) => one.name === name)?.value ?? '';
  }

  // An empty value takes the property away: the linter treats empty and missing alike, the file should too.
  write(element, name, value) {
    if (name.startsWith('@')) return this.writeOwn(element, name, value);
    const object = getBusinessObject(element);
    let extensions = object.extensionElements;
    if (!extensions) {
      extensions = this.factory.create('bpmn:ExtensionElements', { values: [] });
      extensions.$parent = object;
      this.modeling.updateModdleProperties(element, object, { extensionElements: extensions });
    }
    let properties = bag(element);
    if (!properties) {
      properties = this.factory.create('camunda:Properties', { values: [] });
      properties.$parent = extensions;
      this.modeling.updateModdleProperties(element, extensions, { values: [...extensions.get('values'), properties] });
    }
    const others = (properties.values ?? []).filter((one) => one.name !== name);
    const before = (properties.values ?? []).find((one) => one.name === name);
    const kept = [...(properties.values ?? [])];
    if (value === '') {
      this.modeling.updateModdleProperties(element, properties, { values: others });
    } else if (before) {
      this.modeling.updateModdleProperties(element, before, { value });
    } else {
      const property = this.factory.create('camunda:Property', { name, value });
      property.$parent = properties;
      this.modeling.updateModdleProperties(element, properties, { values: [...kept, property] });
    }
  }

  readOwn(element, name) {
    const object = getBusinessObject(element);
    if (name === '@name') return (is(element, 'bpmn:Group') ? object.categoryValueRef?.value : is(element, 'bpmn:TextAnnotation') ? object.text : object.name) ?? '';
    if (isOwn(name)) return readOwn(element, name);
    if (name === '@default') return object.sourceRef?.default === object ? 'true' : '';
    if (name === '@documentation') return object.documentation?.[0]?.text ?? '';
    if (name === '@timer') return timerOf(object)?.expression.body ?? '';
    if (name === '@timer-kind') return timerOf(object)?.kind ?? 'timeDuration';
    return '';
  }

  writeOwn(element, name, value) {
    const object = getBusinessObject(element);
    if (name === '@name') return this.modeling.updateLabel(element, value);
    if (isOwn(name)) return writeOwn(element, name, value, this);
    if (name === '@default') {
      return this.modeling.updateModdleProperties(element, object.sourceRef, { default: value ? object : undefined });
    }
    if (name === '@documentation') {
      const documentation = value ? [this.factory.create('bpmn:Documentation', { text: value })] : [];
      return this.modeling.updateProperties(element, { documentation });
    }
    if (name === '@timer' || name === '@timer-kind') {
      const kind = name === '@timer-kind' ? value : this.readOwn(element, '@timer-kind');
      const body = name === '@timer' ? value : this.readOwn(element, '@timer');
      const expression = body ? this.factory.create('bpmn:FormalExpression', { body }) : undefined;
      const definition = PARTS.timer(object);
      if (expression) expression.$parent = definition;
      const cleared = { timeDuration: undefined, timeDate: undefined, timeCycle: undefined };
      return this.modeling.updateModdleProperties(element, definition, { ...cleared, [kind]: expression });
    }
    return undefined;
  }
}

function bag(element) {
  return getBusinessObject(element).extensionElements?.values?.find((one) => one.$type === 'camunda:Properties');
}

function timerOf(object) {
  const definition = PARTS.timer(object);
  const kind = ['timeDuration', 'timeDate', 'timeCycle'].find((one) => definition?.[one]);
  return kind ? { kind, expression: definition[kind] } : null;
}

// Which of the schema's conditions an element meets: a BPMN type, "=" and exactly that type, or a part it has.
export function fitsElement(element, types) {
  return types.some((type) => {
    if (PARTS[type]) return Boolean(PARTS[type](getBusinessObject(element)));
    if (type.startsWith('=')) return element.type === type.slice(1);
    if (type === 'conditional-flow') {
      return is(element, 'bpmn:SequenceFlow') && ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:ComplexGateway', 'bpmn:Activity']
        .some((source) => is(element.source, source));
    }
    return is(element, type);
  });
}
