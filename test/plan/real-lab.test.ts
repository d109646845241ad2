import { renderText } from '../../lib/cli/document/render-text';
import { planDocument } from '../../lib/cli/plan/plan-document';
import { textStyle } from '../../lib/cli/terminal/text-layout';
import { concernsOf } from '../../lib/plan/concern-of-resource';
import { planStack } from '../../lib/plan/plan';
import type { PlanResult } from '../../lib/plan/plan-result';
import { HELM_CHART_TYPE, MANIFEST_TYPE } from '../../lib/assembly/kubernetes-objects';
import { readLab } from '../../lib/assembly/lab-view';
import type { SynthesizedStack } from '../../lib/assembly/synthesized-stack';
import { type DurationKey, estimateTime, hasTypicalSeconds, typicalSeconds } from '../../lib/plan/time-estimate';
import { synthLab } from '../support/synth-lab';

/** USD per hour of a stock lab at idle: control plane, two m5.large and three NAT gateways. */
const STOCK_IDLE_PER_HOUR = 0.1 + 2 * 0.118 + 3 * 0.059;

describe('the plan of the lab as it is', () => {
  let stack: SynthesizedStack;
  let result: PlanResult;

  beforeAll(async () => {
    stack = (await synthLab()).synthesized;
    result = planStack(stack);
  });

  test('expects the exercise\'s outcome: five pods on one c5a.2xlarge', () => {
    expect(result.launch.likely).toEqual([{ instanceType: 'c5a.2xlarge', count: 1, podsEach: 5, pricePerHour: 0.344 }]);
    expect(result.launch.candidates[0]?.allocatable).toEqual({ cpuMillis: 7910, memoryMiB: 14162, pods: 58 });
  });

  test('counts every resource to a concern that has a name', () => {
    const concerns = concernsOf(readLab(stack));

    expect([...concerns.keys()]).toEqual([...stack.resources.keys()]);
    expect([...concerns].filter(([, concern]) => concern === 'Other')).toEqual([]);
    expect(result.concerns.reduce((sum, { resourceCount }) => sum + resourceCount, 0)).toBe(stack.resources.size);
  });

  test('has a typical duration for every type in it', () => {
    expect([...stack.resources.values()].map(({ type }) => type).filter((type) => !hasTypicalSeconds(type))).toEqual([]);
  });

  test('knows what every add-on and chart requests, and that it fits', () => {
    const inTheWay = ['RequestsUnknown', 'InstanceTypeUnknown', 'SystemNodesTooSmall', 'NoSubnetSelected', 'PricesUnknown'];

    expect(result.warnings.filter(({ code }) => inTheWay.includes(code))).toEqual([]);
  });

  test('says what its own tools may do in the cluster', () => {
    expect(result.security.facts).toContain('Own roles: kubectl handler (cluster-admin), drain guard (delete, get, list).');
  });

  test('shows nobody a logical id', () => {
    const text = renderText(planDocument(result), { width: 200, isTerminal: true, style: textStyle({ hasColor: false, hasLineDrawing: false }) }).join('\n');

    expect([...stack.resources.keys()].filter((logicalId) => /[0-9A-F]{8}/.test(logicalId) && text.includes(logicalId))).toEqual([]);
  });

  test('reads in two screens', () => {
    const lines = renderText(planDocument(result), { width: 80, isTerminal: true, style: textStyle({ hasColor: false, hasLineDrawing: false }) });

    expect(lines.length).toBeLessThanOrEqual(100);
  });

  test('is ready in at most 1.05 of the time of control plane, node group and Karpenter chart', () => {
    expect(result.time.ratioToFloor).toBeLessThanOrEqual(1.05);
  });

  test('is ready in at most 1.10 of it where every chart takes 75 s and every manifest 20 s', () => {
    const slowKubernetes = (key: DurationKey): number =>
      key.type === HELM_CHART_TYPE ? 75 : key.type === MANIFEST_TYPE ? 20 : typicalSeconds(key);

    expect(estimateTime(readLab(stack), slowKubernetes).ratioToFloor).toBeLessThanOrEqual(1.1);
  });

  test('is ready later with a deadline by the time of its schedule alone', async () => {
    const deadlined = planStack((await synthLab({ expiresAt: '2026-12-01T18:00+09:00' })).synthesized).time;

    expect(deadlined.readySeconds - result.time.readySeconds).toBeLessThanOrEqual(typicalSeconds({ type: 'AWS::Scheduler::Schedule' }));
    expect(deadlined.ratioToFloor).toBeLessThanOrEqual(1.05);
  });

  test('costs idle at most 0.6 of a stock lab', () => {
    expect(result.cost.idlePerHour).toBeLessThanOrEqual(0.6 * STOCK_IDLE_PER_HOUR);
  });
});

describe('the plan of a lab with seats', () => {
  let stack: SynthesizedStack;
  let result: PlanResult;

  beforeAll(async () => {
    stack = (await synthLab({ 'class.students': 12, 'apiAccess': ['203.0.113.7/32'] })).synthesized;
    result = planStack(stack);
  });

  test('counts every resource to a concern, and the manifests of the class to its own', () => {
    const concerns = [...concernsOf(readLab(stack)).values()];

    expect(concerns).not.toContain('Other');
    expect(concerns.filter((concern) => concern === 'Class').length).toBeGreaterThanOrEqual(2);
  });

  test('gives each seat one c5a.2xlarge, as the exercise shows', () => {
    expect(result.class.seat.nodes).toEqual([{ instanceType: 'c5a.2xlarge', count: 1, podsEach: 5, pricePerHour: 0.344 }]);
    expect(result.class.caps.map(({ nodePool }) => nodePool)).toEqual(['default', 'class', 'class-options']);
  });

  test('warns of nothing that would keep the class from working', () => {
    const inTheWay = ['ApiEndpointPrivate', 'RequestsUnknown', 'SeatsBeyondAddresses', 'SeatWithoutNode', 'SystemNodesTooSmall'];

    expect(result.warnings.map(({ code }) => code).filter((code) => inTheWay.includes(code))).toEqual([]);
  });

  test('is ready as soon as one without seats', () => {
    expect(result.time.ratioToFloor).toBeLessThanOrEqual(1.05);
  });
});
