import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { rehearsedLab } from '../../lib/rehearsal/rehearsed-lab';
import { runContext } from '../../lib/run-context';

let server: Server;
let status: string | undefined;

beforeEach(async () => {
  server = createServer((_request, response) => {
    const body = status === undefined
      ? '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id lab does not exist</Message></Error></ErrorResponse>'
      : `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>lab</StackName><StackStatus>${status}</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
    response.writeHead(status === undefined ? 400 : 200, { 'content-type': 'text/xml' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

test.each([
  [undefined, 'absent'], ['DELETE_COMPLETE', 'absent'], ['CREATE_COMPLETE', 'deployed'], ['UPDATE_ROLLBACK_COMPLETE', 'deployed'],
  ['CREATE_IN_PROGRESS', 'unfinished'], ['ROLLBACK_COMPLETE', 'unfinished'], ['DELETE_FAILED', 'unfinished'],
] as const)('a stack in status %s means that the lab is %s', async (given, expected) => {
  status = given;
  const awsEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await rehearsedLab({ region: 'ap-northeast-2', awsEndpoint, stackName: 'lab' }, runContext())).toBe(expected);
});
