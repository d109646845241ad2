import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { TEAM_LABEL } from '../lib/config/names';
import { PLACEHOLDER_PRIORITY, SEAT_LABEL } from '../lib/config/seats';
import { ADMISSION_API } from '../lib/well-known-keys';

/** Tolerations that Kubernetes itself gives pods. With others, a pod of a seat could go to nodes that are not the seat's. */
const ORDINARY_TOLERATIONS: readonly string[] = [
  'node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable', 'node.kubernetes.io/memory-pressure', 'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/pid-pressure',
];

/** A rule, and what is said to whom it refuses, in Korean and in English. */
interface Rule {
  /** Whether a request is allowed, in CEL. `spec` is the pod's, `seat` the name of the seat. */
  readonly allows: string;
  /** In Korean, as a CEL expression of text. */
  readonly korean: string;
  /** In English, as a CEL expression of text. */
  readonly english: string;
}

/** What is asked of the pods of a seat, and of what makes pods. */
const POD_RULES: readonly Rule[] = [
  {
    allows: `has(variables.spec.nodeSelector) && '${TEAM_LABEL}' in variables.spec.nodeSelector && variables.spec.nodeSelector['${TEAM_LABEL}'] == variables.seat`,
    korean: `'이 좌석의 파드는 자기 좌석의 노드에서만 실행됩니다. nodeSelector에 "${TEAM_LABEL}: ' + variables.seat + '"을(를) 적어 주세요.'`,
    english: `'Pods of this seat run on the nodes of this seat only: set the nodeSelector "${TEAM_LABEL}: ' + variables.seat + '".'`,
  },
  {
    allows: `!has(variables.spec.nodeName) || variables.spec.nodeName == '' || (request.kind.kind == 'Pod' && request.operation == 'UPDATE')`,
    korean: `'노드는 스케줄러가 고릅니다. nodeName을 지워 주세요.'`,
    english: `'The scheduler chooses the node: remove nodeName.'`,
  },
  {
    allows: `!has(variables.spec.tolerations) || variables.spec.tolerations.all(toleration, has(toleration.key) && toleration.key in [${ORDINARY_TOLERATIONS.map((key) => `'${key}'`).join(', ')}])`,
    korean: `'좌석의 파드는 다른 노드의 테인트를 허용할 수 없습니다. tolerations를 지워 주세요.'`,
    english: `'Pods of a seat tolerate no taints of other nodes: remove the tolerations.'`,
  },
  {
    allows: `!has(variables.spec.priorityClassName) || variables.spec.priorityClassName in ['', '${PLACEHOLDER_PRIORITY}']`,
    korean: `'좌석에서 쓸 수 있는 PriorityClass는 ${PLACEHOLDER_PRIORITY} 하나뿐입니다.'`,
    english: `'The only PriorityClass that a seat may use is ${PLACEHOLDER_PRIORITY}.'`,
  },
];

/** What is asked of the Services of a seat. */
const SERVICE_RULES: readonly Rule[] = [
  {
    allows: `!has(variables.spec.type) || variables.spec.type == 'ClusterIP'`,
    korean: `'로드 밸런서와 노드 포트는 비용이 들고 밖으로 열리므로 만들 수 없습니다. type: ClusterIP를 써 주세요.'`,
    english: `'Load balancers and node ports cost money and open the cluster: use type ClusterIP.'`,
  },
  {
    allows: '!has(variables.spec.externalIPs) || size(variables.spec.externalIPs) == 0',
    korean: `'externalIPs는 쓸 수 없습니다. 지워 주세요.'`,
    english: `'Services of a seat have no externalIPs: remove them.'`,
  },
];

/** Which requests a policy judges, and by which rules. */
interface SeatPolicyProps {
  readonly name: string;
  readonly apiGroup: string;
  readonly resource: string;
  /** Where the object has the spec that the rules speak of, in CEL. */
  readonly spec: string;
  readonly rules: readonly Rule[];
}

/** A policy for one kind of object in the namespaces of seats, and the binding that puts it in force. */
class SeatPolicy extends Construct {
  constructor(scope: Construct, id: string, { name, apiGroup, resource, spec, rules }: SeatPolicyProps) {
    super(scope, id);
    const policy = new ApiObject(this, 'Policy', {
      apiVersion: ADMISSION_API,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          namespaceSelector: { matchExpressions: [{ key: SEAT_LABEL, operator: 'Exists' }] },
          resourceRules: [{ apiGroups: [apiGroup], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: [resource] }],
        },
        variables: [
          { name: 'spec', expression: spec },
          { name: 'seat', expression: `namespaceObject.metadata.labels['${SEAT_LABEL}']` },
        ],
        validations: rules.map(({ allows, korean, english }) => ({
          expression: allows, messageExpression: `${korean} + ' / ' + ${english}`, reason: 'Forbidden',
        })),
      },
    });
    const binding = new ApiObject(this, 'Binding', {
      apiVersion: ADMISSION_API,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    });
    binding.addDependency(policy);
  }
}

/**
 * What rights cannot say: which pods and Services a student may make in a seat. A Deployment is judged as its pods are, so that
 * `kubectl apply` is refused with the reason, and not the ReplicaSet where nobody sees it.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export class ClassAdmission extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new SeatPolicy(this, 'Pods', { name: 'class-pods', apiGroup: '', resource: 'pods', spec: 'object.spec', rules: POD_RULES });
    new SeatPolicy(this, 'Deployments', { name: 'class-deployments', apiGroup: 'apps', resource: 'deployments', spec: 'object.spec.template.spec', rules: POD_RULES });
    new SeatPolicy(this, 'Services', { name: 'class-services', apiGroup: '', resource: 'services', spec: 'object.spec', rules: SERVICE_RULES });
  }
}
