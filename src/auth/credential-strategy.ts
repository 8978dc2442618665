import { Strategy } from 'passport-strategy';
import type { HttpRequest } from '../common/request.js';

type Done = (error: unknown, identity?: unknown, refusal?: unknown) => void;
type Verify = (request: HttpRequest, done: Done) => void;

/** The Passport strategy underneath ours: hands the request over and reports what became of it. */
export class CredentialStrategy extends Strategy {
  constructor(private readonly verify: Verify) {
    super();
  }

  override authenticate(request: unknown): void {
    this.verify(request as HttpRequest, (error, identity, refusal) => {
      if (error) this.error(error as Error);
      else if (identity) this.success(identity);
      else this.fail(refusal as number);
    });
  }
}
