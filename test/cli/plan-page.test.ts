import type { PlanResult } from '../../lib/plan/plan-result';
import { planDocument } from '../../lib/cli/plan/plan-document';
import { renderPage } from '../../lib/cli/document/render-page';
import { markupProblems } from './markup-check';
import { seoulPlan, unknownTypePlan, unpricedPlan } from './plan-result-fixture';

function planPage(plan: PlanResult): string {
  return renderPage(planDocument(plan));
}

const HOSTILE = `<script>alert("x")</script>'&amp;`;

/** The plan with a hostile end on every text in it, however deep. */
function withHostileTexts<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => typeof part === 'string' ? part + HOSTILE : part) as T;
}

function planOf(zones: number, natGatewayCount: number): PlanResult {
  const names = [...new Set(seoulPlan.network.subnets.map((subnet) => subnet.availabilityZone))].slice(0, zones);
  return {
    ...seoulPlan,
    network: {
      ...seoulPlan.network,
      natGatewayCount,
      subnets: seoulPlan.network.subnets.filter((subnet) => names.includes(subnet.availabilityZone)),
    },
  };
}

function drawingsOf(page: string): readonly string[] {
  return page.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
}

test('is well-formed', () => {
  expect(markupProblems(planPage(seoulPlan))).toEqual([]);
});

test('stays well-formed and harmless when every text in the plan is hostile', () => {
  const hostile = withHostileTexts(seoulPlan);
  // Ranges are read as addresses, not only shown.
  const page = planPage({ ...hostile, security: { ...hostile.security, apiAccess: seoulPlan.security.apiAccess } });
  expect(markupProblems(page)).toEqual([]);
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;amp;');
});

test('loads nothing from anywhere, and forbids it', () => {
  const page = planPage(seoulPlan);
  expect(page).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />`);
  expect(page).not.toMatch(/\s(?:src|srcset|data|href|action|poster)=/);
  expect(page).not.toMatch(/@import|<link|<iframe|<object|<img|<script|javascript:/);
  expect([...page.matchAll(/url\((?<target>[^)]*)\)/g)].filter((match) => !match.groups?.['target']?.startsWith('#'))).toEqual([]);
});

test('can be read with a screen reader and in both colour schemes', () => {
  const page = planPage(seoulPlan);
  expect(page).toContain('<html lang="en">');
  expect(page).toContain('prefers-color-scheme: dark');
  expect(page).toContain('@media print');
  for (const drawing of drawingsOf(page)) {
    expect(drawing).toMatch(/role="img" aria-labelledby="(\w+)-title \1-description"/);
    expect(drawing).toMatch(/<title id="[\w-]+">[^<]+<\/title>\n<desc id="[\w-]+">[^<]+<\/desc>/);
  }
  for (const table of page.match(/<table>[\s\S]*?<\/table>/g) ?? []) {
    expect(table).toMatch(/<caption[^>]*>[^<]+<\/caption>/);
    expect(table).toContain('<th scope="col"');
    expect(table).toContain('<th scope="row">');
  }
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([[2, 1], [2, 2], [3, 1], [3, 2], [3, 3]])('draws %i zones with %i NAT gateways from the plan', (zones, natGatewayCount) => {
  const plan = planOf(zones, natGatewayCount);
  const [architecture] = drawingsOf(planPage(plan));
  for (const subnet of plan.network.subnets) {
    expect(architecture).toContain(`>${subnet.availabilityZone}</text>`);
    expect(architecture).toContain(`>${subnet.cidr}</text>`);
  }
  expect(architecture?.match(/class="zone"/g)).toHaveLength(zones);
  expect(architecture?.match(/>NAT gateway<\/text>/g)).toHaveLength(natGatewayCount);
  expect(architecture?.match(/class="pod"/g)).toHaveLength(5);
});

test('draws as many system nodes, Karpenter controllers and launched nodes as there are', () => {
  const [architecture] = drawingsOf(planPage({
    ...seoulPlan,
    systemNodes: { ...seoulPlan.systemNodes, nodeCount: 4 },
    launch: { ...seoulPlan.launch, likely: [{ instanceType: 'c5a.xlarge', count: 2, podsEach: 3, pricePerHour: 0.172 }] },
  }));
  expect(architecture?.match(/class="node"/g)).toHaveLength(4);
  expect(architecture?.match(/class="karpenter"/g)).toHaveLength(2);
  expect(architecture?.match(/class="launched"/g)).toHaveLength(2);
  expect(architecture?.match(/class="pod"/g)).toHaveLength(6);
});

test('draws a launched node only in a zone that offers its type', () => {
  const candidates = seoulPlan.launch.candidates.map((candidate) => ({ ...candidate, zones: ['ap-northeast-2c'] }));
  const [architecture] = drawingsOf(planPage({ ...seoulPlan, launch: { ...seoulPlan.launch, candidates } }));
  const zoneC = architecture?.slice(architecture.indexOf('>ap-northeast-2c</text>'));
  expect(zoneC).toContain('class="launched"');
});

test('says how many nodes it leaves out of the drawing', () => {
  const page = planPage({ ...seoulPlan, systemNodes: { ...seoulPlan.systemNodes, nodeCount: 12 } });
  expect(drawingsOf(page)[0]?.match(/and 1 more node<\/text>/g)).toHaveLength(3);
});

test('draws the timeline with the critical path apart, and says how many short resources it leaves out', () => {
  const page = planPage(seoulPlan);
  const [, timeline] = drawingsOf(page);
  const isLong = seoulPlan.time.timeline.filter((entry) => !entry.isCritical && entry.durationSeconds >= 30);
  expect(timeline?.match(/<g class="other">/g)).toHaveLength(isLong.length);
  expect(page).toContain(`${seoulPlan.time.timeline.length - seoulPlan.time.criticalPath.length - isLong.length} short resources off the critical path not drawn.`);
  expect(timeline?.match(/<g class="critical">/g)).toHaveLength(seoulPlan.time.criticalPath.length);
  expect(timeline).toContain('>12 min</text>');
  expect(timeline).toContain('ready after about 13 min 10 s');
});

test('keeps bars and texts inside the timeline however short or long it is', () => {
  for (const scale of [0, 0.01, 1, 30]) {
    const entries = seoulPlan.time.timeline.map((entry) => ({
      ...entry, startSeconds: entry.startSeconds * scale, durationSeconds: entry.durationSeconds * scale,
    }));
    const page = planPage({ ...seoulPlan, time: { ...seoulPlan.time, readySeconds: seoulPlan.time.readySeconds * scale, timeline: entries } });
    const ends = [...drawingsOf(page)[1]?.matchAll(/class="span" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g) ?? []]
      .map((match) => Number(match[1]) + Number(match[2]));
    expect(ends.length).toBeGreaterThanOrEqual(seoulPlan.time.criticalPath.length);
    expect(Math.max(...ends)).toBeLessThanOrEqual(980);
    expect(page).not.toContain('NaN');
  }
});

test('cuts a name that is too long for its box, and keeps the whole of it in the tooltip', () => {
  const clusterName = 'a'.repeat(100) + '클러스터';
  const [architecture] = drawingsOf(planPage({ ...seoulPlan, lab: { ...seoulPlan.lab, clusterName } }));
  expect(architecture).toMatch(/<title>EKS control plane a{100}클러스터<\/title>EKS control plane a+…<\/text>/);
});

test('says so when there is no price table, and shows no figure of money', () => {
  const page = planPage(unpricedPlan);
  expect(markupProblems(page)).toEqual([]);
  expect(page).toContain('There is no price table for eu-north-1, so no price is given.');
  expect(page).toContain('nothing to choose the cheapest instance type from.');
  expect(page).not.toMatch(/USD|Prices of|no node:|launch no node/);
});

test('shows no way into the cluster when the endpoint is private', () => {
  const open = drawingsOf(planPage(seoulPlan))[0];
  const closed = drawingsOf(planPage({ ...seoulPlan, security: { ...seoulPlan.security, endpoint: 'private', apiAccess: [] } }))[0];
  expect(open).toContain('to-api');
  expect(closed).not.toContain('to-api');
  expect(closed).toContain('no way in from outside the VPC');
});

test('counts the ranges that reach the API beyond the first', () => {
  const [architecture] = drawingsOf(planPage({ ...seoulPlan, security: { ...seoulPlan.security, apiAccess: ['203.0.113.0/24', '198.51.100.7/32', '192.0.2.0/24'] } }));
  expect(architecture).toContain('>from 203.0.113.0/24 and 2 more</text>');
});

test('says what a total lacks for a type that is in no table', () => {
  const page = planPage(unknownTypePlan);
  expect(page).toContain('more than 0.169 USD/h');
  expect(page).toContain('System nodes, c6a.large');
  expect(page).toContain('Idle (incomplete)');
  expect(page).toContain('<span class="badge bad">incomplete</span>');
  expect(page).toContain('<span class="badge bad">unknown</span>');
  expect(page).not.toMatch(/does not fit|Allocatable<|-1930m/);
});
