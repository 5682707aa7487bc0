// fetch for our own API: same origin, antiforgery header, problem+json turned into an Error that people can read.

/** An answer of the API that is not a success. `title` is already in the user's language. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string | undefined;
  /** What would be taken instead, where the server has an idea. */
  readonly suggestion: string | undefined;

  constructor(status: number, title: string, code: string | undefined, suggestion?: string) {
    super(title);
    this.status = status;
    this.code = code;
    this.suggestion = suggestion;
  }
}

/** Every request that changes something carries this header, else the server refuses it. */
export function antiforgeryHeaders(): Record<string, string> {
  const token = document.querySelector<HTMLMetaElement>("meta[name=antiforgery]")?.content;
  return token ? { "X-Antiforgery": token } : {};
}

/** Sends a request; throws `ApiError` for an answer other than 2xx or 304, `TypeError` when the server cannot be reached. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(antiforgeryHeaders())) {
    headers.set(name, value);
  }
  const response = await fetch(url, { ...init, headers, credentials: "same-origin" });
  if (response.ok || response.status === 304) {
    return response;
  }
  throw await toError(response);
}

async function toError(response: Response): Promise<ApiError> {
  let title = `${response.status} ${response.statusText}`;
  let code: string | undefined;
  let suggestion: string | undefined;
  if (response.headers.get("content-type")?.includes("json")) {
    const problem = (await response.json()) as { title?: string; detail?: string; code?: string; suggestion?: string };
    title = problem.detail ?? problem.title ?? title;
    code = problem.code;
    suggestion = problem.suggestion;
  }
  return new ApiError(response.status, title, code, suggestion);
}
