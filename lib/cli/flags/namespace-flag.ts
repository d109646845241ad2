import { UsageError } from '../errors/usage-error';
import type { VerbFlag } from '../verb';

/** A DNS label, as Kubernetes wants it: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** `--namespace`: whose exercise is meant. */
export const namespaceFlag: VerbFlag = {
  flags: '-n, --namespace <name>',
  summary: 'namespace of a student (default: that of the lab)',
  parse: (text) => {
    if (NAMESPACE.test(text)) return text;
    throw new UsageError({
      code: 'InvalidNamespace',
      message: '--namespace takes the name of a namespace: small letters, digits and hyphens, 63 at most.',
      received: text,
      remedy: 'See the namespaces with kubectl get namespaces.',
    });
  },
};

/** What the user wrote about the namespace. */
export interface NamespaceFlags {
  /** @default - that of the lab */
  readonly namespace?: string;
}
