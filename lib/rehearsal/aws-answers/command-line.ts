import { parseArgs } from 'node:util';
import { LabError } from '../../lab-error';

/** Options with which the server is started as a process of its own. */
export interface AwsAnswersArguments {
  /** `--port`: TCP port on 127.0.0.1; 0 is a free one. */
  readonly port: number;
  /** `--moto`: loopback URL of moto. */
  readonly moto: string;
  /** `--region`: region whose price table is the market. */
  readonly region: string;
  /** `--images`: path of the file that moto was given as `MOTO_AMIS_PATH`. */
  readonly imagesFile: string;
  /** `--ready-file`: path of the file to which the port is written once requests are answered. */
  readonly readyFile: string;
  /** The lab that is rehearsed: `--assembly`, `--kubeconfig` and `--cluster-endpoint`, all of them or none. @default - none */
  readonly lab?: RehearsedLabArguments;
}

/** Where the lab that is rehearsed is described, and where it is. */
export interface RehearsedLabArguments {
  /** Path of the assembly. */
  readonly assembly: string;
  /** Path of the kubeconfig; the file need not exist yet. */
  readonly kubeconfig: string;
  /** URL of the API server. */
  readonly clusterEndpoint: string;
}

/**
 * Reads the options. All are required; `--port` may be 0.
 *
 * @throws LabError `AwsAnswersMisused`
 */
export function parseAwsAnswersArguments(argv: readonly string[]): AwsAnswersArguments {
  const { values } = parsed(argv);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw misused('--port is not a port.', values.port);
  return {
    port,
    moto: required(values.moto, '--moto'),
    region: required(values.region, '--region'),
    imagesFile: required(values.images, '--images'),
    readyFile: required(values['ready-file'], '--ready-file'),
    lab: labArguments(values),
  };
}

function labArguments(values: Readonly<Record<string, string | undefined>>): RehearsedLabArguments | undefined {
  const { assembly, kubeconfig, 'cluster-endpoint': clusterEndpoint } = values;
  if (assembly === undefined && kubeconfig === undefined && clusterEndpoint === undefined) return undefined;
  return {
    assembly: required(assembly, '--assembly'),
    kubeconfig: required(kubeconfig, '--kubeconfig'),
    clusterEndpoint: required(clusterEndpoint, '--cluster-endpoint'),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string', default: '0' },
        moto: { type: 'string' },
        region: { type: 'string' },
        images: { type: 'string' },
        'ready-file': { type: 'string' },
        assembly: { type: 'string' },
        kubeconfig: { type: 'string' },
        'cluster-endpoint': { type: 'string' },
      },
    });
  } catch (cause) {
    throw misused(cause instanceof Error ? cause.message : String(cause), argv.join(' '), cause);
  }
}

function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw misused(`${option} is missing.`);
  return value;
}

function misused(message: string, received?: string, cause?: unknown): LabError {
  return new LabError({
    code: 'AwsAnswersMisused',
    message,
    received,
    remedy: 'Start it with --port PORT --moto URL --region REGION --images FILE --ready-file FILE, and --assembly DIR --kubeconfig FILE --cluster-endpoint URL together.',
    cause,
  });
}
