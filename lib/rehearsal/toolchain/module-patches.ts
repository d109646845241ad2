/** Text of a module's file that is replaced before it is built. */
export interface TextReplacement {
  /** Path within the module. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** How often `from` stands in the file. Any other count means that upstream has changed. */
  readonly count: number;
}

/** A file of this project that is put into a module before it is built. */
export interface AddedFile {
  /** Path within the folder of the toolchain's pins. */
  readonly source: string;
  /** Path within the module. */
  readonly target: string;
}

/** What is changed in a module, and why. */
export interface ModulePatch {
  /** Path of the Go module. */
  readonly module: string;
  /** Name of its changed copy. */
  readonly folder: string;
  readonly replacements: readonly TextReplacement[];
  readonly addedFiles: readonly AddedFile[];
}

/**
 * The two changes that a rehearsal makes to Karpenter, on copies in its cache:
 * - the simulated CreateFleet weighs every launch template of a request, as EC2 does. Upstream's takes
 *   the first, so the same pods get another instance type now and then;
 * - metrics and health probes listen on loopback. Upstream's listen on all interfaces, as a pod must.
 */
export const MODULE_PATCHES: readonly ModulePatch[] = [
  {
    module: 'github.com/aws/karpenter-provider-aws',
    folder: 'karpenter-provider-aws',
    replacements: [{
      file: 'kwok/ec2/ec2.go',
      from: 'ltConfig := input.LaunchTemplateConfigs[0]',
      to: 'ltConfig := c.cheapestConfig(input)',
      count: 1,
    }],
    addedFiles: [{ source: 'patches/cheapest_config.go', target: 'kwok/ec2/cheapest_config.go' }],
  },
  {
    module: 'sigs.k8s.io/karpenter',
    folder: 'karpenter',
    replacements: [{
      file: 'pkg/operator/operator.go',
      from: 'fmt.Sprintf(":%d"',
      to: 'fmt.Sprintf("127.0.0.1:%d"',
      count: 2,
    }],
    addedFiles: [],
  },
];
