import { LabCharts } from '../../charts/lab-charts';
import { labConfigSchema, type LabConfig } from '../../lib/config/schema';

/** The configuration of an empty `lab.yaml`. */
export const DEFAULT_CONFIG: LabConfig = labConfigSchema.parse({});

/** The charts of a configuration, by default that of an empty `lab.yaml`, wired to made-up names. */
export function labCharts(config: LabConfig = DEFAULT_CONFIG): LabCharts {
  return new LabCharts(config, {
    nodeRoleName: 'test-node-role',
    subnetSelectorTags: { 'karpenter.sh/discovery': 'test-cluster' },
    securityGroupSelectorTags: { 'aws:eks:cluster-name': 'test-cluster' },
    kubeOpsViewImage: 'registry.test/kube-ops-view:1.2.3',
  });
}

/** The configuration of an empty `lab.yaml`, but for a class of so many students. */
export function configWithClass(students: number, change: Partial<LabConfig['class']> = {}): LabConfig {
  return { ...DEFAULT_CONFIG, class: { ...DEFAULT_CONFIG.class, students, ...change } };
}
