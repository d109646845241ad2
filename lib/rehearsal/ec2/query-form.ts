import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../json';

/**
 * The parameters of an EC2 request as an object: `Ebs.VolumeSize=20` becomes `{ Ebs: { VolumeSize: '20' } }`, and the numbers of
 * `Tag.1.Key` make an array. All values are text.
 */
export function formObject(parameters: URLSearchParams): JsonObject {
  const root: FormNode = new Map();
  for (const [name, value] of parameters) {
    const keys = name.split('.');
    const last = keys.pop() ?? '';
    let node = root;
    for (const key of keys) {
      const child = node.get(key);
      const next: FormNode = typeof child === 'object' ? child : new Map<string, FormNode | string>();
      node.set(key, next);
      node = next;
    }
    node.set(last, value);
  }
  const read = jsonOf(root);
  return isJsonObject(read) ? read : {};
}

/** Parameters below a name, by the next part of their names. */
type FormNode = Map<string, FormNode | string>;

function jsonOf(node: FormNode | string): JsonValue {
  if (typeof node === 'string') return node;
  const entries = [...node].map(([key, value]) => [key, jsonOf(value)] as const);
  const isList = entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key));
  return isList ? entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value) : Object.fromEntries(entries);
}

/** The parameters of an EC2 request that an object stands for: the reverse of {@link formObject}. */
export function formParameters(object: JsonObject): URLSearchParams {
  const parameters = new URLSearchParams();
  const write = (name: string, value: JsonValue): void => {
    if (isJsonArray(value)) value.forEach((item, index) => write(`${name}.${index + 1}`, item));
    else if (isJsonObject(value)) for (const [key, child] of Object.entries(value)) write(name === '' ? key : `${name}.${key}`, child);
    else if (value !== null) parameters.append(name, String(value));
  };
  write('', object);
  return parameters;
}
