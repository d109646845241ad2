import { readNamedObject, type NamedObject } from '../../removal/named-objects';
import type { ResourceKind } from '../../kubernetes/objects';
import type { TypedResult } from '../../rehearsal/rehearsal-terminal';
import { ADMISSION_API, NETWORKING_API } from '../../well-known-keys';
import { listed } from '../../words';
import { exerciseFailed } from '../exercise-context';
import type { DrillContext } from './drill-stage';
import { STUDENT, studentStep } from './student-work';
import { countStep } from './teardown-drill';
import { accountEmptyStep, tearLabDown, typedStep } from './typed-step';

/** The student's Ingress, and the finalizer that a controller has put on it which is no longer installed. */
const INGRESS = 'shop';
const FINALIZER = 'ingress.k8s.aws/resources';

/** A policy that the student has tried: its webhook refuses what it cannot be asked about, and its server is gone. */
const POLICY = 'student-policy';

/** Seconds that the first teardown waits for what nobody lets go of. */
const PATIENCE_SECONDS = 20;

/**
 * Tears down a lab in which four things are in the way: a student's Ingress with the finalizer of a controller that is gone, a
 * webhook that refuses the deletion of namespaces because its server is gone, an interface that the VPC CNI has left in a
 * subnet, and what GuardDuty has put into the VPC. The teardown names each. For the Ingress it says what to do, and a second one
 * gets through; what is in the network it removes itself. Afterwards the account is empty.
 */
export async function stuckDrill(context: DrillContext): Promise<void> {
  const { means } = context;
  await studentStep(context);
  await objectsInTheWayStep(context);
  const inNetwork = await networkInTheWayStep(context);
  await countStep(context);
  await typedStep(context, {
    title: 'The teardown says what holds it',
    command: `npm run lab -- teardown --timeout ${PATIENCE_SECONDS}`,
    type: (onLine) => means.terminal.lab(['teardown', '--yes', '--timeout', String(PATIENCE_SECONDS), '--assembly', means.assemblyDirectory], onLine),
    exitCode: 1,
    check: (result) => sayings(result, [`Ingress ${STUDENT}/${INGRESS} is held by ${FINALIZER}`]),
  });
  const release = `kubectl patch ingress -n ${STUDENT} ${INGRESS} --type merge -p '{"metadata":{"finalizers":null}}'`;
  await typedStep(context, { title: 'Let go of the Ingress, whose controller is gone', command: release, type: (onLine) => means.terminal.shell(release, onLine) });
  await typedStep(context, {
    ...tearLabDown(means, 'A second teardown gets through'),
    check: (result) => sayings(result, [`ValidatingWebhookConfiguration ${POLICY}`, ...inNetwork]),
  });
  await accountEmptyStep(context);
}

const named = (apiVersion: string, kind: string, plural: string, isNamespaced: boolean): ResourceKind<NamedObject> => ({ apiVersion, kind, plural, isNamespaced, read: readNamedObject });

const INGRESSES = named(NETWORKING_API, 'Ingress', 'ingresses', true);
const WEBHOOKS = named(ADMISSION_API, 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', false);

/** What a student leaves in the cluster that keeps a drain. */
async function objectsInTheWayStep({ api, recorder }: DrillContext): Promise<void> {
  await recorder.step({ title: 'The student leaves an Ingress and a policy whose servers are gone' }, async (step) => {
    await api.apply(INGRESSES, {
      apiVersion: INGRESSES.apiVersion, kind: INGRESSES.kind,
      metadata: { namespace: STUDENT, name: INGRESS, finalizers: [FINALIZER] },
      spec: { ingressClassName: 'alb', defaultBackend: { service: { name: INGRESS, port: { number: 80 } } } },
    });
    await api.apply(WEBHOOKS, {
      apiVersion: WEBHOOKS.apiVersion, kind: WEBHOOKS.kind,
      metadata: { name: POLICY },
      webhooks: [{
        name: 'policy.student.example',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 1,
        clientConfig: { service: { namespace: STUDENT, name: 'policy', path: '/' } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['namespaces'], operations: ['DELETE'], scope: 'Cluster' }],
      }],
    });
    step.note(`Ingress ${STUDENT}/${INGRESS} with finalizer ${FINALIZER}`, `ValidatingWebhookConfiguration ${POLICY}: a namespace is deleted only if Service ${STUDENT}/policy allows it, and there is none`);
  });
}

/** What services of AWS leave in the network of the lab. @returns the names by which a teardown tells of it */
async function networkInTheWayStep({ recorder, means: { events } }: DrillContext): Promise<readonly string[]> {
  const names: string[] = [];
  await recorder.step({ title: 'The VPC CNI leaves an interface in a subnet, GuardDuty protects the VPC' }, async (step) => {
    names.push(...await events.leaveInterface(), ...await events.protectByGuardDuty());
    step.note(listed(names));
  });
  return names;
}

/** The lines that say these things, as evidence. What is said may be broken into lines. */
function sayings({ output, errors }: TypedResult, wanted: readonly string[]): readonly string[] {
  const lines = [...output, ...errors].map((line) => line.trim());
  const text = lines.join(' ').replace(/\s+/g, ' ');
  const unsaid = wanted.filter((saying) => !text.includes(saying));
  if (unsaid.length > 0) throw exerciseFailed(`It does not say this: ${listed(unsaid)}. It says: ${lines.filter((line) => line !== '').slice(-12).join(' | ')}`, 'Look at what it says, and at how it finds what is in the way: lib/removal, lib/aws/leftovers.');
  return wanted.map((saying) => `It names ${saying}`);
}
