import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentLines, terminalVariables } from '../../lib/rehearsal/terminal-environment';
import { temporaryFolder } from './fake-program';

test('a shell that sources the lines reaches the rehearsal and no account, with its kubectl first', () => {
  const folder = join(temporaryFolder(), "it's a lab");
  mkdirSync(folder);
  const variables = terminalVariables({ awsEndpoint: 'http://127.0.0.1:4000', region: 'ap-northeast-2', kubeconfig: join(folder, 'kubeconfig'), karpenterNamespace: 'karpenter' });
  writeFileSync(join(folder, 'kubectl'), '#!/bin/sh\necho "$KUBECONFIG $KARPENTER_NAMESPACE $AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID ${AWS_PROFILE-none} ${AWS_SESSION_TOKEN-none}"\n', { mode: 0o755 });
  writeFileSync(join(folder, 'environment.sh'), environmentLines(variables, folder));
  const said = execFileSync('sh', ['-c', '. "$0"; kubectl; echo "$HOME"', join(folder, 'environment.sh')], {
    encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: '/home/kim', AWS_PROFILE: 'work', AWS_SESSION_TOKEN: 'token' },
  });
  expect(said).toBe(`${folder}/kubeconfig karpenter http://127.0.0.1:4000 rehearsal none none\n/home/kim\n`);
});
