/** One of the `errors` of GitHub's 422. */
export type ValidationError = { resource: string; code: string; field?: string; message?: string };

/** What GitHub answers instead of doing it. */
export class Refused extends Error {
  readonly status: number;
  readonly errors: ValidationError[] | undefined;
  /** Kind of a GraphQL error. */
  readonly type: string;

  constructor(status: number, message: string, errors?: ValidationError[], type = "UNPROCESSABLE") {
    super(message);
    this.status = status;
    this.errors = errors;
    this.type = type;
  }
}

export function notFound(): Refused {
  return new Refused(404, "Not Found", undefined, "NOT_FOUND");
}

export function validationFailed(error: ValidationError): Refused {
  return new Refused(422, "Validation Failed", [error]);
}
