// What the panel edits of BPMN's own, by the schema's names: where it stands, and how it is written there.
import { getBusinessObject, isAny } from 'bpmn-js/lib/util/ModelUtil';

const definition = (object, kind) => object.eventDefinitions?.find((one) => one.$type === `bpmn:${kind}EventDefinition`);
const loop = (object, kind) => (object.loopCharacteristics?.$type === `bpmn:${kind}LoopCharacteristics` ? object.loopCharacteristics : undefined);

// What the schema calls an element of this kind: the part of it that is there.
const THROWING = ['bpmn:SendTask', 'bpmn:ThrowEvent'];

export const PARTS = {
  timer: (object) => definition(object, 'Timer'),
  message: (object) => (isAny(object, ['bpmn:SendTask', 'bpmn:ReceiveTask']) ? object : definition(object, 'Message')),
  'message-throw': (object) => isAny(object, THROWING) && PARTS.message(object),
  'message-catch': (object) => !isAny(object, THROWING) && PARTS.message(object),
  signal: (object) => definition(object, 'Signal'),
  error: (object) => definition(object, 'Error'),
  escalation: (object) => definition(object, 'Escalation'),
  conditional: (object) => definition(object, 'Conditional'),
  link: (object) => definition(object, 'Link'),
  loop: (object) => loop(object, 'Standard'),
  instances: (object) => loop(object, 'MultiInstance'),
};
const itself = (object) => object;

// kind: text, an attribute; expression, an element with CEL in it; root, an element of the file's own that is referred to.
const OWN = {
  '@message': { at: PARTS.message, name: 'messageRef', kind: 'root', type: 'bpmn:Message', said: 'name' },
  '@signal': { at: PARTS.signal, name: 'signalRef', kind: 'root', type: 'bpmn:Signal', said: 'name' },
  '@error': { at: PARTS.error, name: 'errorRef', kind: 'root', type: 'bpmn:Error', said: 'errorCode' },
  '@escalation': { at: PARTS.escalation, name: 'escalationRef', kind: 'root', type: 'bpmn:Escalation', said: 'escalationCode' },
  '@event-condition': { at: PARTS.conditional, name: 'condition', kind: 'expression' },
  '@link': { at: PARTS.link, name: 'name', kind: 'text' },
  '@script': { at: itself, name: 'script', kind: 'text' },
  '@called': { at: itself, name: 'calledElement', kind: 'text' },
  '@completion': { at: itself, name: 'completionCondition', kind: 'expression' },
  '@activation': { at: itself, name: 'activationCondition', kind: 'expression' },
  '@condition': { at: itself, name: 'conditionExpression', kind: 'expression' },
  '@loop-condition': { at: PARTS.loop, name: 'loopCondition', kind: 'expression' },
  '@loop-maximum': { at: PARTS.loop, name: 'loopMaximum', kind: 'text' },
  '@cardinality': { at: PARTS.instances, name: 'loopCardinality', kind: 'expression' },
  '@collection': { at: PARTS.instances, name: 'camunda:collection', kind: 'text' },
  '@item': { at: PARTS.instances, name: 'camunda:elementVariable', kind: 'text' },
  '@instances-done': { at: PARTS.instances, name: 'completionCondition', kind: 'expression' },
};

export function isOwn(name) {
  return name in OWN;
}

export function readOwn(element, name) {
  const { at, name: attribute, kind, said } = OWN[name];
  const value = at(getBusinessObject(element))?.get(attribute);
  const told = kind === 'root' ? value?.[said] || value?.name : kind === 'expression' ? value?.body : value;
  return told === undefined || told === null ? '' : String(told);
}

export function writeOwn(element, name, value, { modeling, factory }) {
  const { at, name: attribute, kind, type, said } = OWN[name];
  const holder = at(getBusinessObject(element));
  let written = value || undefined;
  if (value && kind === 'expression') {
    written = factory.create('bpmn:FormalExpression', { body: value });
    written.$parent = holder;
  }
  if (value && kind === 'root') written = rootElement(element, type, said, value, { modeling, factory });
  modeling.updateModdleProperties(element, holder, { [attribute]: written });
}

// The file's message, signal, error or escalation of this name; made when there is none.
function rootElement(element, type, said, value, { modeling, factory }) {
  let definitions = getBusinessObject(element);
  while (definitions.$parent) definitions = definitions.$parent;
  const roots = definitions.get('rootElements');
  const known = roots.find((one) => one.$type === type && one[said] === value);
  if (known) return known;
  const made = factory.create(type, { name: value, [said]: value });
  made.$parent = definitions;
  modeling.updateModdleProperties(element, definitions, { rootElements: [...roots, made] });
  return made;
}
