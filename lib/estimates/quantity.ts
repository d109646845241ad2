import { LabError } from '../lab-error';

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9, u: 1e-6, m: 1e-3, '': 1,
  k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

const QUANTITY = /^([+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/;

/**
 * A Kubernetes quantity, such as `100m`, `1.5` or `400Gi`, as a number.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 * @throws LabError `QuantityMalformed`
 */
export function quantity(text: string): number {
  const [, digits, suffix] = QUANTITY.exec(text) ?? [];
  const factor = suffix === undefined ? undefined : SUFFIXES[suffix];
  if (digits === undefined || factor === undefined) {
    throw new LabError({
      code: 'QuantityMalformed',
      message: 'A request or limit is not a Kubernetes quantity.',
      received: text,
      remedy: 'Write it like 100m, 1.5 or 400Gi, then run npm run synth.',
    });
  }
  return Number(digits) * factor;
}

/** A quantity of CPU in thousandths of a core, rounded up as Kubernetes does. */
export function cpuMillis(text: string): number {
  return ceil(quantity(text) * 1000);
}

/** A quantity of memory or storage in MiB. */
export function mebibytes(text: string): number {
  return quantity(text) / 2 ** 20;
}

/** Rounds up, but forgives the last digits of a floating-point product. */
function ceil(value: number): number {
  return Math.ceil(Number(value.toFixed(6)));
}
