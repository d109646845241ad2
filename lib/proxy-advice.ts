/** Variables by which programs are told of a proxy for HTTPS. */
const PROXY_VARIABLES: readonly string[] = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];

const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * What to do where a server did not answer and the environment names a proxy. The SDK of AWS and the requests to Kubernetes do
 * not go through one, unlike the AWS CLI and kubectl, so that it seems that only the lab fails.
 *
 * @param server URL that was asked @default - AWS, or what `AWS_ENDPOINT_URL` names
 * @returns a sentence with a space before it; empty where no proxy is named, or none is needed to reach this computer itself
 */
export function proxyAdvice(server = process.env['AWS_ENDPOINT_URL']): string {
  const variable = PROXY_VARIABLES.find((name) => (process.env[name] ?? '') !== '');
  if (variable === undefined || isLoopback(server)) return '';
  return ` ${variable} is set, and this command does not go through the proxy, unlike the AWS CLI and kubectl: run it where HTTPS goes out directly, `
    + 'such as in AWS CloudShell, or have *.amazonaws.com let out without the proxy.';
}

function isLoopback(server: string | undefined): boolean {
  return server !== undefined && URL.canParse(server) && LOOPBACK_HOSTS.includes(new URL(server).hostname);
}
