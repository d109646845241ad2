import type { Account, PlayedService } from '../account';
import { type Handler, jsonAnswer } from '../aws-answers/aws-answer';
import type { AwsRequest } from '../aws-answers/aws-request';
import { restRoutes } from '../aws-answers/rest-routes';
import { CodeStore } from './code-store';
import type { FunctionsOptions } from './functions-options';
import { notPlayedByLambda } from './lambda-answers';
import { LambdaApi } from './lambda-api';
import { registryPassword } from './registry-password';
import { StateMachines } from './state-machines';

/** AWS seconds for which a password of the registry is valid: twelve hours. */
const PASSWORD_SECONDS = 12 * 3600;

/** Lambda, Step Functions, and logins to the public registry. Functions really run: each as a process of its own. */
export class Functions implements PlayedService {
  private readonly lambda: LambdaApi;
  private readonly lambdaRoute: ReturnType<typeof restRoutes>;
  private readonly stateMachines: StateMachines;

  constructor(private readonly account: Account, options: FunctionsOptions) {
    this.lambda = new LambdaApi(account, options, new CodeStore(account, options.cacheDirectory));
    this.lambdaRoute = restRoutes(this.lambda.routes);
    this.stateMachines = new StateMachines(account);
  }

  handlerOf(request: AwsRequest): Handler | undefined {
    const { service, operation } = request;
    if (service === 'lambda') {
      return this.lambdaRoute(request) ?? (() => {
        throw notPlayedByLambda(`Lambda's '${operation}'`);
      });
    }
    if (service === 'states') {
      return this.stateMachines.handlers[operation] ?? (() => {
        throw notPlayedByLambda(`Step Functions' ${operation}`);
      });
    }
    return service === 'ecr-public' && operation === 'GetAuthorizationToken' ? this.giveRegistryPassword : undefined;
  }

  /** Ends all execution environments, and the executions of state machines. */
  async close(): Promise<void> {
    this.stateMachines.close();
    await this.lambda.close();
  }

  /** IAM has judged the request by then, and with it `sts:GetServiceBearerToken`. */
  private readonly giveRegistryPassword: Handler = () => {
    const expiresAt = new Date(this.account.run.clock.now().getTime() + PASSWORD_SECONDS * 1000);
    const authorizationToken = Buffer.from(`AWS:${registryPassword(expiresAt)}`).toString('base64');
    return { answer: jsonAnswer({ authorizationData: { authorizationToken, expiresAt: expiresAt.getTime() / 1000 } }) };
  };
}
