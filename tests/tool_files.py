# ruff: noqa: E501 - lines as the tools write them
"""Small files written as each modeling tool writes them: its prefixes, extensions, encodings and habits."""

from __future__ import annotations

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = 'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'

CAMUNDA_7 = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="{MODEL}" {DI} xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn"
    exporter="Camunda Modeler" exporterVersion="5.21.0" modeler:executionPlatform="Camunda Platform">
  <bpmn:process id="Process_0x1" name="Cấp phép" isExecutable="true" camunda:historyTimeToLive="180">
    <bpmn:startEvent id="StartEvent_1"><bpmn:outgoing>Flow_1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="Activity_1" name="Thụ lý" camunda:assignee="${{officer}}" camunda:formKey="embedded:main">
      <bpmn:extensionElements>
        <camunda:formData><camunda:formField id="decision" type="string" /></camunda:formData>
        <camunda:properties><camunda:property name="role" value="case_officer" /></camunda:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>Flow_1</bpmn:incoming><bpmn:outgoing>Flow_2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:exclusiveGateway id="Gateway_1" name="Đạt?" default="Flow_4">
      <bpmn:incoming>Flow_2</bpmn:incoming><bpmn:outgoing>Flow_3</bpmn:outgoing><bpmn:outgoing>Flow_4</bpmn:outgoing>
    </bpmn:exclusiveGateway>
    <bpmn:endEvent id="Event_1"><bpmn:incoming>Flow_3</bpmn:incoming></bpmn:endEvent>
    <bpmn:endEvent id="Event_2"><bpmn:incoming>Flow_4</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="StartEvent_1" targetRef="Activity_1" />
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Activity_1" targetRef="Gateway_1" />
    <bpmn:sequenceFlow id="Flow_3" sourceRef="Gateway_1" targetRef="Event_1">
      <bpmn:conditionExpression xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        xsi:type="bpmn:tFormalExpression">${{decision == 'forward'}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="Flow_4" sourceRef="Gateway_1" targetRef="Event_2" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="BPMNDiagram_1"><bpmndi:BPMNPlane id="BPMNPlane_1" bpmnElement="Process_0x1">
    <bpmndi:BPMNShape id="S1" bpmnElement="StartEvent_1"><dc:Bounds x="179" y="99" width="36" height="36" /></bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
"""

CAMUNDA_8 = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="{MODEL}" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d8"
    targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="p8" isExecutable="true">
    <bpmn:extensionElements><zeebe:versionTag value="v1" /></bpmn:extensionElements>
    <bpmn:startEvent id="s" />
    <bpmn:serviceTask id="work"><bpmn:extensionElements>
      <zeebe:taskDefinition type="ask" retries="3" />
      <zeebe:taskHeaders />
      <zeebe:ioMapping><zeebe:input source="=code" target="code" /></zeebe:ioMapping>
    </bpmn:extensionElements></bpmn:serviceTask>
    <bpmn:userTask id="each"><bpmn:extensionElements><zeebe:userTask /></bpmn:extensionElements>
      <bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:extensionElements>
        <zeebe:loopCharacteristics inputCollection="=units" inputElement="unit" />
      </bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>
    </bpmn:userTask>
    <bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition id="t">
      <bpmn:timeDuration xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        xsi:type="bpmn:tFormalExpression">PT5S</bpmn:timeDuration>
    </bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
    <bpmn:exclusiveGateway id="g" default="f6" /><bpmn:endEvent id="yes" /><bpmn:endEvent id="no" />
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="work" /><bpmn:sequenceFlow id="f2" sourceRef="work" targetRef="each" />
    <bpmn:sequenceFlow id="f3" sourceRef="each" targetRef="wait" /><bpmn:sequenceFlow id="f4" sourceRef="wait" targetRef="g" />
    <bpmn:sequenceFlow id="f5" sourceRef="g" targetRef="yes">
      <bpmn:conditionExpression>=fee &gt; 5</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="f6" sourceRef="g" targetRef="no" />
  </bpmn:process>
</bpmn:definitions>
"""

SIGNAVIO = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<definitions xmlns="{MODEL}" xmlns:signavio="http://www.signavio.com" exporter="Signavio Process Editor"
    exporterVersion="15.0" expressionLanguage="http://www.w3.org/TR/XPath" id="sid-1f2a" targetNamespace="http://www.signavio.com">
   <collaboration id="sid-c0"><extensionElements><signavio:signavioDiagramMetaData metaKey="revisionid" metaValue="9"/>
      </extensionElements>
      <participant id="sid-pa" name="Sở" processRef="sid-p1"/>
      <participant id="sid-pb" name="Người dân" processRef="sid-p2"/>
      <messageFlow id="sid-m" sourceRef="sid-b1" targetRef="sid-pa"/>
   </collaboration>
   <process id="sid-p1" isClosed="false" isExecutable="false" name="Sở" processType="None">
      <laneSet id="sid-ls"><lane id="sid-l1" name=""><flowNodeRef>sid-a1</flowNodeRef><flowNodeRef>sid-s1</flowNodeRef>
         <flowNodeRef>sid-e1</flowNodeRef></lane></laneSet>
      <startEvent id="sid-s1" name=""><extensionElements>
         <signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffff"/></extensionElements><outgoing>sid-f1</outgoing></startEvent>
      <task completionQuantity="1" id="sid-a1" isForCompensation="false" name="Thụ lý&#10;hồ sơ" startQuantity="1">
         <incoming>sid-f1</incoming><outgoing>sid-f2</outgoing>
         <ioSpecification id="sid-io"><dataInput id="sid-di"/><inputSet><dataInputRefs>sid-di</dataInputRefs></inputSet>
         <outputSet/></ioSpecification>
         <dataInputAssociation id="sid-da"><sourceRef>sid-do</sourceRef><targetRef>sid-di</targetRef></dataInputAssociation>
      </task>
      <endEvent id="sid-e1" name=""><incoming>sid-f2</incoming></endEvent>
      <dataObject id="sid-dobj" isCollection="false" name="Đơn"/>
      <dataObjectReference dataObjectRef="sid-dobj" id="sid-do" name="Đơn"/>
      <sequenceFlow id="sid-f1" isImmediate="true" name="" sourceRef="sid-s1" targetRef="sid-a1"/>
      <sequenceFlow id="sid-f2" isImmediate="true" name="" sourceRef="sid-a1" targetRef="sid-e1"/>
   </process>
   <process id="sid-p2" isExecutable="false"><task id="sid-b1" name="Nộp"/></process>
</definitions>
"""

BPMN_IO = f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{MODEL}" {DI} xmlns:di="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="" xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0">
  <process id="Process_1" isExecutable="false">
    <task id="Task_1" name="Làm"><outgoing>F1</outgoing></task>
    <intermediateThrowEvent id="Mid"><incoming>F1</incoming></intermediateThrowEvent>
    <sequenceFlow id="F1" sourceRef="Task_1" targetRef="Mid" />
    <textAnnotation id="Note"><text>Ghi chú</text></textAnnotation>
    <association id="A1" sourceRef="Task_1" targetRef="Note" />
  </process>
  <bpmndi:BPMNDiagram id="D"><bpmndi:BPMNPlane id="P" bpmnElement="Process_1">
    <bpmndi:BPMNShape id="Sh" bpmnElement="Task_1" bioc:stroke="#000"><dc:Bounds x="1.5" y="-2" width="100" height="80" />
    <bpmndi:BPMNLabel /></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="Ed" bpmnElement="F1"><di:waypoint x="1" y="2" /><di:waypoint x="3" y="4" /></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</definitions>
"""

ADONIS = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<semantic:definitions xmlns:semantic="{MODEL}" xmlns:adonis="http://www.boc-eu.com/adonis" id="_def" name="M\u00e9thode"
    targetNamespace="http://www.boc-group.com" exporter="ADONIS NP" exporterVersion="14.0">
<semantic:message id="_msg" name="Antwort"/>
<semantic:process id="_p" name="Proze\u00df" processType="None" isExecutable="true">
<semantic:startEvent id="_s" name="Start"/>
<semantic:sendTask id="_t" name="Anfrage" messageRef="_msg" implementation="##WebService"/>
<semantic:subProcess id="_sub" name="Pr\u00fcfung"><semantic:manualTask id="_i" name="Pr\u00fcfen"/></semantic:subProcess>
<semantic:endEvent id="_e" name="Ende"><semantic:terminateEventDefinition id="_x"/></semantic:endEvent>
<semantic:sequenceFlow id="_f1" sourceRef="_s" targetRef="_t"/><semantic:sequenceFlow id="_f2" sourceRef="_t" targetRef="_sub"/>
<semantic:sequenceFlow id="_f3" sourceRef="_sub" targetRef="_e"/>
</semantic:process></semantic:definitions>
"""

JBPM = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn2:definitions xmlns:bpmn2="{MODEL}" xmlns:drools="http://www.jboss.org/drools" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="{MODEL} BPMN20.xsd" id="_J" exporter="jBPM Process Modeler" exporterVersion="2.0" targetNamespace="http://www.omg.org/bpmn20">
  <bpmn2:itemDefinition id="_nItem" structureRef="Integer"/>
  <bpmn2:process id="org.demo" drools:packageName="org" drools:version="1.0" name="demo" isExecutable="true" processType="Public">
    <bpmn2:property id="n" itemSubjectRef="_nItem" name="n"/>
    <bpmn2:startEvent id="_S1"><bpmn2:extensionElements><drools:metaData name="elementname">
      <drools:metaValue><![CDATA[Bắt đầu]]></drools:metaValue></drools:metaData></bpmn2:extensionElements>
      <bpmn2:outgoing>_F1</bpmn2:outgoing></bpmn2:startEvent>
    <bpmn2:scriptTask id="_T1" name="Tính" scriptFormat="http://www.java.com/java"><bpmn2:incoming>_F1</bpmn2:incoming>
      <bpmn2:outgoing>_F2</bpmn2:outgoing><bpmn2:script><![CDATA[kcontext.setVariable("n", 1);]]></bpmn2:script></bpmn2:scriptTask>
    <bpmn2:exclusiveGateway id="_G" gatewayDirection="Diverging" drools:dg="_F4" default="_F4"/>
    <bpmn2:userTask id="_U"><bpmn2:ioSpecification><bpmn2:dataInput id="_U_in" drools:dtype="String" name="TaskName"/>
      <bpmn2:inputSet><bpmn2:dataInputRefs>_U_in</bpmn2:dataInputRefs></bpmn2:inputSet><bpmn2:outputSet/></bpmn2:ioSpecification>
      <bpmn2:potentialOwner id="_po"><bpmn2:resourceAssignmentExpression id="_ra"><bpmn2:formalExpression>john</bpmn2:formalExpression>
      </bpmn2:resourceAssignmentExpression></bpmn2:potentialOwner></bpmn2:userTask>
    <bpmn2:endEvent id="_E1"/><bpmn2:endEvent id="_E2"/>
    <bpmn2:sequenceFlow id="_F1" sourceRef="_S1" targetRef="_T1"/><bpmn2:sequenceFlow id="_F2" sourceRef="_T1" targetRef="_G"/>
    <bpmn2:sequenceFlow id="_F3" sourceRef="_G" targetRef="_U"><bpmn2:conditionExpression xsi:type="bpmn2:tFormalExpression"
      language="http://www.java.com/java"><![CDATA[return n > 0;]]></bpmn2:conditionExpression></bpmn2:sequenceFlow>
    <bpmn2:sequenceFlow id="_F4" sourceRef="_G" targetRef="_E1"/><bpmn2:sequenceFlow id="_F5" sourceRef="_U" targetRef="_E2"/>
  </bpmn2:process>
  <bpmn2:relationship type="BPSimData"><bpmn2:extensionElements/><bpmn2:source>_J</bpmn2:source><bpmn2:target>_J</bpmn2:target>
  </bpmn2:relationship>
</bpmn2:definitions>
"""

FLOWABLE = f"""<?xml version='1.0' encoding='UTF-8'?>
<definitions xmlns="{MODEL}" xmlns:flowable="http://flowable.org/bpmn" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
    typeLanguage="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.flowable.org/processdef">
  <process id="vacation" name="Nghỉ phép" isExecutable="true">
    <startEvent id="startEvent1" flowable:initiator="initiator"/>
    <userTask id="sid-1" name="Duyệt" flowable:candidateGroups="heads" flowable:dueDate="P1D">
      <extensionElements><flowable:executionListener event="start" class="org.x.Y"/></extensionElements></userTask>
    <boundaryEvent id="b1" attachedToRef="sid-1" cancelActivity="false"><timerEventDefinition>
      <timeCycle flowable:endDate="2030-01-01">R3/PT10H</timeCycle></timerEventDefinition></boundaryEvent>
    <serviceTask id="mail" flowable:type="mail" name="Nhắc"/>
    <callActivity id="sub" calledElement="nowhere" flowable:calledElementType="key"/>
    <endEvent id="end1"/><endEvent id="end2"/>
    <sequenceFlow id="f1" sourceRef="startEvent1" targetRef="sid-1"/><sequenceFlow id="f2" sourceRef="sid-1" targetRef="sub"/>
    <sequenceFlow id="f3" sourceRef="sub" targetRef="end1"/><sequenceFlow id="f4" sourceRef="b1" targetRef="mail"/>
    <sequenceFlow id="f5" sourceRef="mail" targetRef="end2"/>
  </process>
</definitions>
"""

BIZAGI = f"""\ufeff<?xml version="1.0" encoding="utf-8"?>\r
<definitions xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="http://www.bizagi.com/d" xmlns="{MODEL}">\r
  <process id="Id_1" name="Quy tr\u00ecnh">\r
    <startEvent id="Id_2" name="" /><userTask id="Id_3" name="L\u00e0m" /><endEvent id="Id_4" />\r
    <sequenceFlow id="Id_5" sourceRef="Id_2" targetRef="Id_3" /><sequenceFlow id="Id_6" sourceRef="Id_3" targetRef="Id_4" />\r
    <textAnnotation id="Id_7" textFormat="text/plain"><text>a &lt; b</text></textAnnotation>\r
  </process>\r
</definitions>"""

FILES: dict[str, bytes] = {
    "camunda 7": CAMUNDA_7.encode(),
    "camunda 8": CAMUNDA_8.encode(),
    "signavio": SIGNAVIO.encode(),
    "bpmn.io": BPMN_IO.encode(),
    "adonis": ADONIS.encode("iso-8859-1"),
    "jbpm": JBPM.encode(),
    "flowable": FLOWABLE.encode(),
    "bizagi": BIZAGI.encode(),
    "utf-16": CAMUNDA_7.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"),
}
"""File by tool. The last is any tool's, saved in another encoding."""
