import { LabError } from '../../lab-error';
import { type CommandResult, type Environment, runCommand } from '../../run-command';
import type { RunContext } from '../../run-context';
import { goTarget, type Platform, THIS_PLATFORM } from '../platform';
import { KARPENTER_MODULE } from './module-patches';
import { ETCD_MODULE, type ToolchainVersions } from './toolchain-definition';

/** A program that is built from the pinned modules. */
export interface GoProgram {
  /** File name in the toolchain. */
  readonly name: string;
  /** Import path of its command. */
  readonly importPath: string;
}

/** kubectl and helm, for computers on which those of the layer do not run. */
const LAYER_PROGRAMS: readonly GoProgram[] = [
  { name: 'kubectl', importPath: 'k8s.io/kubernetes/cmd/kubectl' },
  { name: 'helm', importPath: 'helm.sh/helm/v4/cmd/helm' },
];

/**
 * The programs that are built everywhere, grouped by the `go build` that makes them. Go names a file after the last part of its
 * import path, so these parts must differ within a group.
 */
const GO_PROGRAM_GROUPS: readonly (readonly GoProgram[])[] = [
  [
    { name: 'karpenter', importPath: `${KARPENTER_MODULE}/cmd/controller` },
    { name: 'etcd', importPath: ETCD_MODULE },
    { name: 'kube-apiserver', importPath: 'k8s.io/kubernetes/cmd/kube-apiserver' },
    { name: 'kube-controller-manager', importPath: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
    { name: 'kube-scheduler', importPath: 'k8s.io/kubernetes/cmd/kube-scheduler' },
  ],
  [
    { name: 'kwok', importPath: 'sigs.k8s.io/kwok/cmd/kwok' },
    { name: 'kwokctl', importPath: 'sigs.k8s.io/kwok/cmd/kwokctl' },
  ],
];

/** The programs to build, grouped by the `go build` that makes them. */
export function goProgramGroups(options: { readonly buildsLayerPrograms: boolean }): readonly (readonly GoProgram[])[] {
  const [first = [], ...others] = GO_PROGRAM_GROUPS;
  return [options.buildsLayerPrograms ? [...first, ...LAYER_PROGRAMS] : first, ...others];
}

/**
 * Linker flags: no symbol tables, and the versions that the programs report. Karpenter looks up its
 * node images by the API server's version.
 */
export function linkerFlags(versions: ToolchainVersions): string {
  const [major = '', minor = ''] = versions.kubernetes.split('.');
  const kubernetes = 'k8s.io/component-base/version';
  const stamps = {
    'sigs.k8s.io/karpenter/pkg/operator.Version': versions.karpenter,
    [`${kubernetes}.gitVersion`]: `v${versions.kubernetes}`,
    [`${kubernetes}.gitMajor`]: major,
    [`${kubernetes}.gitMinor`]: minor,
    [`${kubernetes}.gitTreeState`]: 'archive',
    'k8s.io/client-go/pkg/version.gitVersion': `v${versions.kubernetes}`,
    'sigs.k8s.io/kwok/pkg/consts.Version': `v${versions.kwok}`,
    'helm.sh/helm/v4/internal/version.version': `v${versions.helm}`,
  };
  return ['-s', '-w', ...Object.entries(stamps).map(([variable, value]) => `-X ${variable}=${value}`)].join(' ');
}

/** File name that `go build` gives to a command: the last part of its import path that is not a major version. */
export function builtName(importPath: string): string {
  const parts = importPath.split('/');
  const last = parts.at(-1) ?? '';
  return /^v\d+$/.test(last) ? parts.at(-2) ?? last : last;
}

/** A call of the `go` command. */
export interface GoCommandOptions {
  /** Absolute path of the program. */
  readonly command: string;
  readonly args: readonly string[];
  /** Folder of the `go.mod` that it works with. */
  readonly moduleDirectory: string;
  /** Folder for its temporary files. */
  readonly temporaryDirectory: string;
  /**
   * The computer to build for.
   *
   * @default - this one
   */
  readonly target?: Platform;
  /** The user's environment: caches and module proxy are those that the user has set for Go. */
  readonly env: Environment;
  readonly onErrorLine?: (line: string) => void;
}

/** How many lines of Go's errors are shown. */
const ERROR_LINES = 8;

/**
 * Runs Go with the user's caches and proxy, but without the user's other settings: no workspace, no
 * vendoring, no C compiler, no other Go than this one.
 *
 * @throws LabError `ToolchainBuildFailed` with what Go says
 */
export async function runGo(options: GoCommandOptions, run: RunContext): Promise<CommandResult> {
  const result = await runCommand({
    command: options.command,
    args: options.args,
    env: {
      ...options.env,
      CGO_ENABLED: '0',
      GOFLAGS: '-mod=readonly',
      GOTMPDIR: options.temporaryDirectory,
      GOTOOLCHAIN: 'local',
      GOROOT: undefined,
      GOWORK: 'off',
      ...goTarget(options.target ?? THIS_PLATFORM),
    },
    workingDirectory: options.moduleDirectory,
    onErrorLine: options.onErrorLine,
  }, run);
  if (result.exitCode === 0) return result;
  throw new LabError({
    code: 'ToolchainBuildFailed',
    message: `Go could not build the rehearsal's programs: ${errorLines(result.stderr).join(' | ')}`,
    received: `go ${options.args[0] ?? ''}`,
    remedy: 'Check the network and GOPROXY, and that 6 GB of disk and 2 GB of memory are free. Then run the command again: it goes on where it stopped.',
  });
}

function errorLines(stderr: string): readonly string[] {
  return stderr.split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('go: downloading'))
    .slice(-ERROR_LINES);
}
