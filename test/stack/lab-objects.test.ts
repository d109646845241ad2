import { LabCharts, wiringOf } from '../../charts/lab-charts';
import { manifestsOf } from '../../charts/manifest';
import { loadConfig } from '../../lib/config/load';
import { LAB_OF_DEFAULTS, synthLab, type SynthesizedLab } from '../support/synth-lab';

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly role: string;
    readonly subnetSelectorTerms: readonly { readonly tags: Readonly<Record<string, string>> }[];
    readonly securityGroupSelectorTerms: readonly { readonly tags: Readonly<Record<string, string>> }[];
    readonly replicas: number;
  };
}

const appliedBy = ({ template }: SynthesizedLab): readonly KubernetesObject[] =>
  Object.values(template.findResources('Custom::AWSCDK-EKS-KubernetesResource'))
    .flatMap((resource) => JSON.parse((resource as { readonly Properties: { readonly Manifest: string } }).Properties.Manifest) as KubernetesObject[]);

interface AppliedManifest {
  readonly Properties: { readonly Manifest: string; readonly PruneLabel?: string };
}

/** An object without one of its labels. */
function withoutLabel({ metadata, ...object }: KubernetesObject, label = ''): KubernetesObject {
  const { labels, ...rest } = metadata;
  const left = Object.entries(labels ?? {}).filter(([key]) => key !== label);
  return { ...object, metadata: left.length === 0 ? rest : { ...rest, labels: Object.fromEntries(left) } };
}

describe('the objects that the stack applies', () => {
  let lab: SynthesizedLab;

  beforeAll(async () => {
    lab = await synthLab();
  });

  it('are those of charts/, without a label or a field of the stack', () => {
    const config = loadConfig({ file: LAB_OF_DEFAULTS });
    const charts = new LabCharts(config, wiringOf(config));
    const forClass = appliedBy(lab).filter(({ metadata }) => metadata.name !== 'drain-guard');
    expect(forClass).toEqual([charts.nodePool, charts.inflate, charts.kubeOpsView].flatMap((chart) => manifestsOf(chart)));
  });

  describe('of a class', () => {
    /** Bytes that CloudFormation takes as a template. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
    const MOST_TEMPLATE_BYTES = 1_000_000;
    /**
     * Bytes of an asynchronous call of a function, as CloudFormation makes it: at least this much is taken everywhere. An update holds
     * the properties of before, too. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
     */
    const MOST_EVENT_BYTES = 256 * 1024;

    it.each([[1, 1], [30, 2], [200, 10]])('of %d seats come in %d manifests, each small enough for the event that brings it', async (students, manifests) => {
      const { template } = await synthLab({ 'class.students': students });
      const applied = Object.entries(template.findResources('Custom::AWSCDK-EKS-KubernetesResource')) as [string, { readonly Properties: { readonly PruneLabel?: string } }][];
      expect(applied.filter(([logicalId]) => /^LabObjectsSeats\d+/.test(logicalId))).toHaveLength(manifests);
      for (const [, { Properties }] of applied) {
        const update = { RequestType: 'Update', ResponseURL: 'x'.repeat(2000), ResourceProperties: Properties, OldResourceProperties: Properties };
        expect(Buffer.byteLength(JSON.stringify(update))).toBeLessThan(MOST_EVENT_BYTES);
      }
      expect(Buffer.byteLength(JSON.stringify(template.toJSON(), null, 1))).toBeLessThan(MOST_TEMPLATE_BYTES);
    });

    it('are those of charts/, where seats have a label besides by which an update removes what is no longer in the manifest', async () => {
      const overrides = { 'class.students': 21 };
      const config = loadConfig({ file: LAB_OF_DEFAULTS, overrides });
      const { classChart, seats } = new LabCharts(config, wiringOf(config));
      const { template } = await synthLab(overrides);
      const applied = Object.entries(template.findResources('Custom::AWSCDK-EKS-KubernetesResource')) as [string, AppliedManifest][];
      const objectsAt = (id: RegExp): readonly KubernetesObject[] => applied.filter(([logicalId]) => id.test(logicalId))
        .flatMap(([, { Properties: { Manifest, PruneLabel } }]) => (JSON.parse(Manifest) as KubernetesObject[]).map((object) => withoutLabel(object, PruneLabel)));
      expect(objectsAt(/^LabObjectsClass/)).toEqual(classChart && manifestsOf(classChart));
      expect(objectsAt(/^LabObjectsSeats/)).toEqual(seats.flatMap(manifestsOf));
      const labels = applied.filter(([logicalId]) => /^LabObjectsSeats/.test(logicalId)).map(([, { Properties }]) => Properties.PruneLabel);
      expect(labels.map((label) => label?.replace(/\w{42}$/, ''))).toEqual(['aws.cdk.eks/prune-', 'aws.cdk.eks/prune-']);
      expect(new Set(labels).size).toBe(2);
    });
  });

  it('run as many replicas as the context asks for', async () => {
    const scaled = appliedBy(await synthLab({ scale: '5' })).find(({ kind, spec }) => kind === 'Deployment' && spec.replicas === 5);
    expect(scaled).toBeDefined();
  });

  const nodeClass = () => appliedBy(lab).find(({ kind }) => kind === 'EC2NodeClass');

  it('select subnets by a tag that the private subnets have', () => {
    const [term, ...others] = nodeClass()?.spec.subnetSelectorTerms ?? [];
    expect(others).toEqual([]);
    const selected = Object.values(lab.template.findResources('AWS::EC2::Subnet')).filter((resource) => {
      const { Tags } = (resource as { readonly Properties: { readonly Tags: readonly { Key: string; Value: string }[] } }).Properties;
      return Object.entries(term?.tags ?? {}).every(([key, value]) => Tags.some((tag) => tag.Key === key && tag.Value === value));
    });
    expect(selected).toHaveLength(3);
  });

  it("select the security group by the tag that EKS gives the lab's own cluster", () => {
    const [cluster] = Object.values(lab.template.findResources('AWS::EKS::Cluster')) as { readonly Properties: { readonly Name: string } }[];
    expect(nodeClass()?.spec.securityGroupSelectorTerms).toEqual([{ tags: { 'aws:eks:cluster-name': cluster?.Properties.Name } }]);
  });

  it('name the role with which instances may join the cluster', () => {
    const [role, ...others] = Object.keys(lab.template.findResources('AWS::IAM::Role', { Properties: { RoleName: nodeClass()?.spec.role } }));
    expect(others).toEqual([]);
    lab.template.hasResourceProperties('AWS::EKS::AccessEntry', { Type: 'EC2_LINUX', PrincipalArn: { 'Fn::GetAtt': [role, 'Arn'] } });
  });
});
