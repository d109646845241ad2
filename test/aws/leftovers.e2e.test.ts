import { connectAws, type LabAws } from '../../lib/aws/lab-aws';
import { findLeftovers, leftoverKey, removeLeftovers } from '../../lib/aws/leftovers/find-leftovers';
import { runContext } from '../../lib/run-context';
import { LEFTOVER_KINDS, type LabNames, type Leftover } from '../../lib/aws/leftovers/leftover';
import { startMoto, type Moto } from '../rehearsal/moto';
import { everything } from './leftovers/everything';
import { plantLeftovers, plantNearMisses } from './leftovers/plant-a-lab';
import { Planter } from './leftovers/planted';
import { PlayedStacks } from './leftovers/played-stacks';

/** moto reads its tables at the first request of a service. */
const TIME_LIMIT_MS = 120_000;

const lab: LabNames = { clusterName: 'karpenter-lab', stackName: 'karpenter-lab', region: 'ap-northeast-2' };

const IMAGE = {
  ami_id: 'ami-0123456789abcdef0', name: 'node', description: 'node', owner_id: '602401143452', owner_alias: 'amazon', public: true,
  virtualization_type: 'hvm', architecture: 'x86_64', state: 'available', platform: null, image_type: 'machine', hypervisor: 'xen',
  root_device_type: 'ebs', root_device_name: '/dev/xvda', sriov: 'simple', creation_date: '2026-09-17T00:00:00.000Z',
} as const;

describe('leftovers in moto', () => {
  const before = { ...process.env };
  let moto: Moto;
  let aws: LabAws;
  let planter: Planter;
  let keysBefore: ReadonlySet<string>;
  let found: readonly Leftover[];

  beforeAll(async () => {
    moto = await startMoto([IMAGE]);
    Object.assign(process.env, { AWS_ENDPOINT_URL: moto.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
    aws = connectAws(lab.region);
    planter = await Planter.start(aws, lab, new PlayedStacks(aws.cloudFormation));
    await plantNearMisses(planter, lab);
    await plantLeftovers(planter, lab);
    keysBefore = await everything(aws);
    found = await findLeftovers({ aws, lab });
  }, TIME_LIMIT_MS);

  afterAll(async () => {
    aws.close();
    process.env = before;
    await moto.stop();
  });

  it('are planted of every kind, with something like them of every kind', () => {
    expect(new Set(planter.leftovers.map(({ kind }) => kind))).toEqual(new Set(LEFTOVER_KINDS));
    expect(new Set(planter.nearMisses.map(({ kind }) => kind))).toEqual(new Set(LEFTOVER_KINDS));
    const planted = [...planter.leftovers, ...planter.nearMisses].map(leftoverKey);
    expect(planted.filter((key) => !keysBefore.has(key))).toEqual([]);
  });

  it('are all found, and nothing else', () => {
    const wrong = planter.nearMisses.filter((miss) => found.some((each) => leftoverKey(each) === leftoverKey(miss)));
    expect(wrong).toEqual([]);
    expect(found.map(leftoverKey).sort()).toEqual(planter.leftovers.map(leftoverKey).sort());
  });

  it('carry their evidence', () => {
    expect(found.filter(({ evidence }) => !evidence.includes(lab.clusterName))).toEqual([
      // An older VPC CNI names no cluster: its security group does.
      expect.objectContaining({ kind: 'networkInterface', evidence: expect.stringMatching(/^eks:eni:owner=amazon-vpc-cni and security group sg-\w+ of the cluster$/) }),
    ]);
  });

  it('are all removed, and what looks like them is not touched', async () => {
    const { removed, kept } = await removeLeftovers({ aws, leftovers: found, deadlineSeconds: 30, everySeconds: 0.1 }, runContext());
    expect(kept).toEqual([]);
    expect(removed.map(leftoverKey).sort()).toEqual(planter.leftovers.map(leftoverKey).sort());
    await expect(findLeftovers({ aws, lab })).resolves.toEqual([]);

    const after = await everything(aws);
    const gone = [...keysBefore].filter((key) => !after.has(key));
    expect(gone.filter((key) => !planter.leftovers.some((planted) => leftoverKey(planted) === key))).toEqual([]);
    expect(planter.nearMisses.filter((miss) => !after.has(leftoverKey(miss)))).toEqual([]);
    process.stderr.write(`Planted leftovers: ${planter.leftovers.length}, removed: ${removed.length}. Near-misses: ${planter.nearMisses.length}, touched: 0.\n`);
    for (const kind of LEFTOVER_KINDS) {
      const count = (of: readonly { readonly kind: string }[]): number => of.filter((each) => each.kind === kind).length;
      process.stderr.write(`  ${kind}: ${count(removed)} of ${count(planter.leftovers)} removed, ${count(planter.nearMisses)} near-misses survive\n`);
    }
  }, TIME_LIMIT_MS);

  it('that are gone already count as removed', async () => {
    const { removed, kept } = await removeLeftovers({ aws, leftovers: found, deadlineSeconds: 30, everySeconds: 0.1 }, runContext());
    expect(kept).toEqual([]);
    expect(removed).toHaveLength(found.length);
  }, TIME_LIMIT_MS);
});
