import { writeFileSync } from 'node:fs';
import type { JsonObject } from '../../lib/json';
import { waitForNodeProvisioning } from '../../lib/rehearsal/node-provisioning-readiness';
import { type ProcessRecord, processStartTicks } from '../../lib/rehearsal/process/running-processes';
import { runContext } from '../../lib/run-context';
import { fakeCluster } from './fake-cluster';

/** Stands for a Karpenter that runs: this process does. */
const RUNNING: ProcessRecord = { name: 'karpenter', pid: process.pid, startTicks: processStartTicks(process.pid) ?? 0, logFile: '' };

function object(kind: string, ...conditions: readonly JsonObject[]): JsonObject {
  return { kind, metadata: { name: 'default', generation: 1 }, status: { conditions } };
}

function condition(type: string, status: string, message = ''): JsonObject {
  return { type, status, reason: type, message, observedGeneration: 1 };
}

async function wait(objects: readonly JsonObject[], karpenter = RUNNING, log = ''): Promise<void> {
  const cluster = fakeCluster(`cat <<'JSON'\n${JSON.stringify({ items: objects })}\nJSON`);
  writeFileSync(cluster.paths.karpenterLog, `{"level":"INFO","message":"fine"}\n${log}\n`);
  await waitForNodeProvisioning(cluster, { processes: [karpenter], settledSeconds: 0.1 }, runContext());
}

describe('waiting for Karpenter to accept the NodePool', () => {
  it('ends when both objects are ready', async () => {
    await expect(wait([object('NodePool', condition('Ready', 'True')), object('EC2NodeClass', condition('Ready', 'True'))])).resolves.toBeUndefined();
  });

  it('fails when Karpenter keeps saying no, with the reason that it gives', async () => {
    await expect(wait([
      object('NodePool', condition('NodeClassReady', 'False', 'NodeClass is not ready'), condition('Ready', 'False')),
      object('EC2NodeClass', condition('SubnetsReady', 'False', 'SubnetSelector did not match any Subnets'), condition('Ready', 'False')),
    ])).rejects.toMatchObject({
      code: 'NodeClassNotReady',
      received: 'EC2NodeClass default',
      message: expect.stringContaining('SubnetsReady is False (SubnetSelector did not match any Subnets)'),
    });
  });

  it('fails when a selector finds nothing, with what it looks for', async () => {
    const nodeClass = object('EC2NodeClass', condition('SubnetsReady', 'False', 'SubnetSelector did not match any Subnets'));
    const spec = { subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'lab' } }] };
    await expect(wait([object('NodePool'), { ...nodeClass, spec }])).rejects.toMatchObject({
      message: expect.stringContaining('no subnet matches karpenter.sh/discovery=lab'),
    });
  });

  it('fails when only the log says what is wrong, with what it says', async () => {
    const log = '{"level":"ERROR","message":"Reconciler error","controllerKind":"EC2NodeClass","name":"default",'
      + '"error":"AddRoleToInstanceProfile, StatusCode: 404, RequestID: Eq1RR5, NoSuchEntity: Role other not found"}';
    await expect(wait([object('NodePool'), object('EC2NodeClass', condition('InstanceProfileReady', 'Unknown'))], RUNNING, log)).rejects.toMatchObject({
      code: 'NodeClassNotReady',
      message: 'Karpenter does not accept EC2NodeClass default: AddRoleToInstanceProfile, StatusCode: 404, NoSuchEntity: Role other not found.',
    });
  });

  it('fails when Karpenter has ended', async () => {
    await expect(wait([], { ...RUNNING, startTicks: 1 })).rejects.toMatchObject({ code: 'ProcessExited' });
  });
});
