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

/** Seconds that a pod may take to end: longer, and it would hold its seat and its node. */
const MOST_GRACE_SECONDS = 120;

/** A rule, and what is said to whom it refuses, in Korean and in English. */
interface Rule {
  /** Whether a request is allowed, in CEL. `spec` is the pod's or the Service's, `seat` the name of the seat. */
  readonly allows: string;
  /** What is wrong and what to do, in Korean. The name of the seat stands for `{seat}`. */
  readonly korean: string;
  /** The same in English. */
  readonly english: string;
}

/** Kinds of volume that hold nothing but what is in the seat. A disk that is named could be anybody's, and would hold its node. */
const SEAT_VOLUMES = ['emptyDir', 'configMap', 'downwardAPI', 'projected'] as const;

/** What is asked of the pods of a seat, and of what makes pods. */
const POD_RULES: readonly Rule[] = [
  {
    allows: `has(variables.spec.nodeSelector) && '${TEAM_LABEL}' in variables.spec.nodeSelector && variables.spec.nodeSelector['${TEAM_LABEL}'] == variables.seat`,
    korean: `이 좌석의 파드는 자기 좌석의 노드에서만 실행할 수 있습니다. nodeSelector에 다음을 넣어 주세요: ${TEAM_LABEL}: {seat}`,
    english: `Pods of this seat run on the nodes of this seat only. Set in nodeSelector: ${TEAM_LABEL}: {seat}`,
  },
  {
    allows: `!has(variables.spec.nodeName) || variables.spec.nodeName == '' || (request.kind.kind == 'Pod' && request.operation == 'UPDATE')`,
    korean: '노드는 스케줄러가 고릅니다. nodeName을 지워 주세요.',
    english: 'The scheduler chooses the node. Remove nodeName.',
  },
  {
    allows: `!has(variables.spec.tolerations) || variables.spec.tolerations.all(toleration, has(toleration.key) && toleration.key in [${ORDINARY_TOLERATIONS.map((key) => `'${key}'`).join(', ')}])`,
    korean: '좌석의 노드에는 테인트가 없어서 tolerations가 필요하지 않습니다. tolerations를 지워 주세요.',
    english: 'Nodes of a seat have no taints, so its pods need no tolerations. Remove tolerations.',
  },
  {
    allows: `!has(variables.spec.priorityClassName) || variables.spec.priorityClassName in ['', '${PLACEHOLDER_PRIORITY}']`,
    korean: `좌석에서 쓸 수 있는 PriorityClass는 ${PLACEHOLDER_PRIORITY}뿐입니다. priorityClassName을 바꾸거나 지워 주세요.`,
    english: `A seat may use no PriorityClass but ${PLACEHOLDER_PRIORITY}. Change or remove priorityClassName.`,
  },
  {
    allows: `!has(variables.spec.terminationGracePeriodSeconds) || variables.spec.terminationGracePeriodSeconds <= ${MOST_GRACE_SECONDS}`,
    korean: `파드는 ${MOST_GRACE_SECONDS}초 안에 끝나야 합니다. terminationGracePeriodSeconds를 ${MOST_GRACE_SECONDS} 이하로 줄여 주세요.`,
    english: `A pod of a seat has to end within ${MOST_GRACE_SECONDS} seconds. Lower terminationGracePeriodSeconds.`,
  },
  {
    // The kubelet renews a pod's token for as long as the pod lives: with the student's own account, access would outlive the class.
    allows: `!has(variables.spec.serviceAccountName) || variables.spec.serviceAccountName in ['', 'default']`,
    korean: '파드는 학생의 서비스 어카운트로 실행할 수 없습니다. serviceAccountName을 지워 주세요.',
    english: 'Pods do not run under the account of the student. Remove serviceAccountName.',
  },
  {
    allows: `!has(variables.spec.volumes) || variables.spec.volumes.all(volume, ${SEAT_VOLUMES.map((kind) => `has(volume.${kind})`).join(' || ')})`,
    korean: `좌석에서 쓸 수 있는 볼륨은 ${SEAT_VOLUMES.join(', ')}뿐입니다. 다른 볼륨은 지워 주세요.`,
    english: `Volumes of a seat are of the kinds ${SEAT_VOLUMES.join(', ')}. Remove others.`,
  },
];

/** What is asked of who deletes pods: by default a pod ends within its own time, and nobody may give it more. */
const DELETION_RULES: readonly Rule[] = [
  {
    allows: `!has(request.options.gracePeriodSeconds) || request.options.gracePeriodSeconds <= ${MOST_GRACE_SECONDS}`,
    korean: `파드는 ${MOST_GRACE_SECONDS}초 안에 끝나야 합니다. --grace-period를 ${MOST_GRACE_SECONDS} 이하로 줄여 주세요.`,
    english: `A pod of a seat has to end within ${MOST_GRACE_SECONDS} seconds. Lower --grace-period.`,
  },
];

/** What is asked of the Services of a seat. */
const SERVICE_RULES: readonly Rule[] = [
  {
    allows: `!has(variables.spec.type) || variables.spec.type == 'ClusterIP'`,
    korean: '좌석에서는 ClusterIP 서비스만 만들 수 있습니다. 로드 밸런서는 비용이 들고, 노드 포트는 클러스터를 외부에 노출합니다. type을 ClusterIP로 바꿔 주세요.',
    english: 'Services of a seat are of type ClusterIP: load balancers cost money, and node ports open the cluster. Set type to ClusterIP.',
  },
  {
    allows: '!has(variables.spec.externalIPs) || size(variables.spec.externalIPs) == 0',
    korean: 'externalIPs는 다른 사람의 트래픽을 가져올 수 있어서 쓸 수 없습니다. externalIPs를 지워 주세요.',
    english: 'externalIPs could take the traffic of others. Remove externalIPs.',
  },
];

/** What is asked of all that students make. Kubernetes itself sets the two finalizers that are allowed, and removes them. */
const OBJECT_RULES: readonly Rule[] = [
  {
    allows: `!has(object.metadata.finalizers) || object.metadata.finalizers.all(finalizer, finalizer in ['foregroundDeletion', 'orphan'])`,
    korean: '파이널라이저를 지워 줄 컨트롤러가 없어서 좌석을 비울 수 없게 됩니다. metadata.finalizers를 지워 주세요.',
    english: 'No controller would remove the finalizer, and the seat could not be emptied. Remove metadata.finalizers.',
  },
];

/** Which requests a policy judges, and by which rules. */
interface SeatPolicyProps {
  readonly name: string;
  /** Kinds that it is about, as plurals by API group. */
  readonly resources: Readonly<Record<string, readonly string[]>>;
  /** Where the object has the spec that the rules speak of, in CEL. @default 'object.spec' */
  readonly spec?: string;
  /** @default ['CREATE', 'UPDATE'] */
  readonly operations?: readonly string[];
  /** What counts where a rule cannot be judged. @default 'Fail' */
  readonly failurePolicy?: 'Fail' | 'Ignore';
  readonly rules: readonly Rule[];
}

/** A policy for objects in the namespaces of seats, and the binding that puts it in force. */
class SeatPolicy extends Construct {
  constructor(scope: Construct, id: string, { name, resources, spec = 'object.spec', operations = ['CREATE', 'UPDATE'], failurePolicy = 'Fail', rules }: SeatPolicyProps) {
    super(scope, id);
    const policy = new ApiObject(this, 'Policy', {
      apiVersion: ADMISSION_API,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy,
        matchConstraints: {
          namespaceSelector: { matchExpressions: [{ key: SEAT_LABEL, operator: 'Exists' }] },
          resourceRules: Object.entries(resources).map(([apiGroup, plurals]) => (
            { apiGroups: [apiGroup], apiVersions: ['v1'], operations: [...operations], resources: [...plurals] })),
        },
        variables: [
          { name: 'spec', expression: spec },
          { name: 'seat', expression: `namespaceObject.metadata.labels['${SEAT_LABEL}']` },
        ],
        validations: rules.map(({ allows, korean, english }) => ({
          expression: allows, messageExpression: celText(`${korean} / ${english}`), reason: 'Forbidden',
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
 * What rights cannot say: what a student may make in a seat. A Deployment is judged as its pods are, so that
 * `kubectl apply` is refused with the reason, and not the ReplicaSet where nobody sees it.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export class ClassAdmission extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new SeatPolicy(this, 'Pods', { name: 'class-pods', resources: { '': ['pods'] }, rules: POD_RULES });
    new SeatPolicy(this, 'Deployments', { name: 'class-deployments', resources: { apps: ['deployments'] }, spec: 'object.spec.template.spec', rules: POD_RULES });
    new SeatPolicy(this, 'Deletions', {
      // It must never hold a seat that is to be emptied.
      name: 'class-deletions', resources: { '': ['pods'] }, operations: ['DELETE'], failurePolicy: 'Ignore', spec: 'oldObject.spec', rules: DELETION_RULES,
    });
    new SeatPolicy(this, 'Services', { name: 'class-services', resources: { '': ['services'] }, rules: SERVICE_RULES });
    new SeatPolicy(this, 'Objects', {
      name: 'class-objects', resources: { '': ['pods', 'services'], 'apps': ['deployments'], 'policy': ['poddisruptionbudgets'] }, rules: OBJECT_RULES,
    });
  }
}

/** A text as a CEL expression, in which the name of the seat stands for `{seat}`. */
function celText(text: string): string {
  return text.split('{seat}').map((part) => `'${part}'`).join(' + variables.seat + ');
}
