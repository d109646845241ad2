import type { JsonObject } from '../../../lib/json';
import { containerCommand } from '../../../lib/rehearsal/karpenter-pods/container-environment';
import { KARPENTER_PODS } from '../../../lib/rehearsal/karpenter-pods/karpenter-pod';
import { labErrorOf } from '../../assembly/lab-error-of';

function environmentOf(env: readonly JsonObject[], container: JsonObject = {}, allocatable: Readonly<Record<string, string>> = {}) {
  return containerCommand(KARPENTER_PODS.read({
    metadata: { name: 'karpenter-a', namespace: 'kube-system', uid: '1', labels: { app: 'x' } },
    spec: { nodeName: 'node', serviceAccountName: 'karpenter', containers: [{ name: 'controller', env, ...container }] },
    status: { podIP: '10.11.0.9' },
  }), allocatable);
}

const fromField = (name: string, fieldPath: string): JsonObject => ({ name, valueFrom: { fieldRef: { fieldPath } } });
const fromResource = (name: string, resource: string, divisor?: string): JsonObject =>
  ({ name, valueFrom: { resourceFieldRef: { resource, ...(divisor === undefined ? {} : { divisor }) } } });

describe('the environment of Karpenter\'s container', () => {
  it('has the values that the pod gives', () => {
    expect(environmentOf([{ name: 'CLUSTER_NAME', value: 'lab' }, { name: 'EMPTY' }]).environment).toEqual({ CLUSTER_NAME: 'lab', EMPTY: '' });
  });

  it('has fields of the pod', () => {
    expect(environmentOf([
      fromField('SYSTEM_NAMESPACE', 'metadata.namespace'), fromField('POD', 'metadata.name'), fromField('NODE', 'spec.nodeName'),
      fromField('IP', 'status.podIP'), fromField('APP', 'metadata.labels[\'app\']'), fromField('NONE', 'metadata.annotations[\'none\']'),
    ]).environment).toEqual({ SYSTEM_NAMESPACE: 'kube-system', POD: 'karpenter-a', NODE: 'node', IP: '10.11.0.9', APP: 'x', NONE: '' });
  });

  it('has requests and limits in the unit of the divisor, rounded up', () => {
    const resources = { requests: { cpu: '100m', memory: '1Gi' }, limits: { memory: '1.5Gi' } };
    expect(environmentOf([
      fromResource('CPU_REQUESTS', 'requests.cpu', '1m'), fromResource('CORES', 'requests.cpu'), fromResource('MEMORY_LIMIT', 'limits.memory', '0'),
      fromResource('MEMORY_MIB', 'requests.memory', '1Mi'),
    ], { resources }).environment).toEqual({ CPU_REQUESTS: '100', CORES: '1', MEMORY_LIMIT: '1610612736', MEMORY_MIB: '1024' });
  });

  it('has what the node offers where the container has no limit, and 0 where it requests nothing', () => {
    const env = [fromResource('MEMORY_LIMIT', 'limits.memory'), fromResource('CPU_REQUESTS', 'requests.cpu', '1m')];
    expect(environmentOf(env, {}, { memory: '2Ki', cpu: '2' }).environment).toEqual({ MEMORY_LIMIT: '2048', CPU_REQUESTS: '0' });
  });

  it('has variables within variables and arguments, as far as they come before', () => {
    expect(environmentOf([{ name: 'A', value: '1' }, { name: 'B', value: '$(A)-$(C)-$$(A)' }, { name: 'C', value: '3' }], { args: ['--b=$(B)', '$(NONE)'] }))
      .toEqual({ environment: { A: '1', B: '1-$(C)-$(A)', C: '3' }, args: ['--b=1-$(C)-$(A)', '$(NONE)'] });
  });

  it('fails when a value comes from a ConfigMap, a Secret or an unknown field', () => {
    expect(labErrorOf(() => environmentOf([{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }]))).toMatchObject({ code: 'ContainerNotPlayed', received: 'A' });
    expect(labErrorOf(() => environmentOf([], { envFrom: [{ configMapRef: { name: 'c' } }] }))).toMatchObject({ code: 'ContainerNotPlayed', received: 'envFrom' });
    expect(labErrorOf(() => environmentOf([fromField('A', 'status.hostIPs')]))).toMatchObject({ code: 'ContainerNotPlayed', received: 'status.hostIPs' });
  });
});
