import { Injectable } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { accessOf, contradict, declarationsByName, declarationsOf, type Declaration } from '../identity/access.js';
import { AuthenticationGuard } from '../authentication/authentication.guard.js';
import { globalGuards, guardsBoundTo, isKindOf } from './bound-guards.js';
import { handlerKindOf, isController, nameOf, type HandlerKind } from './handler-kind.js';
import { controllersOf, providersOf, type HostedClass, type HostedMethod } from './hosted-classes.js';
import { PermissionGuard } from './permission.guard.js';
import { RequestInstanceGuard } from './request-instance.guard.js';

// By the names that hosts know them by.
const GUARDS = [
  { type: AuthenticationGuard, name: 'ApiKeyGuard' },
  { type: PermissionGuard, name: 'PermissionGuard' },
] as const;

const WAY_OUT =
  'Protected(…) brings both guards and the declaration in one line. Or bind them where the declaration stands, by ' +
  '@UseGuards(ApiKeyGuard, PermissionGuard), or to all routes, as providers of APP_GUARD.';

// Where Nest runs global guards: to gateways and messages they do not reach in every version, and with every adapter.
const GLOBALLY_GUARDED: ReadonlySet<HandlerKind> = new Set(['http', 'graphql', 'graphql-field']);

const CONTRADICTION = 'says @Public() and who may call it';

/** Finds declarations of access that nothing would check, so that no application starts with one. */
@Injectable()
export class AccessCheck {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly config: ApplicationConfig,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /**
   * Sees what is bound when it is called: controllers, resolvers, gateways, handlers of messages, and whatever else has
   * methods that declare access. Where there is no HTTP server, routes of HTTP and GraphQL are passed over.
   *
   * @throws {Error} naming each route that declares who may call it while nothing would ask.
   */
  assertChecked(): void {
    const modules = [...this.modules.values()];
    const hosts = modules.flatMap((module) => [...controllersOf(module), ...providersOf(module)]);
    const bound: Bound = {
      globalGuards: globalGuards(this.config, modules),
      // Nest itself passes over the guards of fields, unless it is told otherwise.
      fieldsAreGuarded: graphqlOptionsOf(modules).every(({ fieldResolverEnhancers: enhancers = [] }) =>
        enhancers.includes('guards'),
      ),
    };
    const faults = new Set(hosts.flatMap((host) => this.faultsOf(host, bound)));
    if (faults.size === 0) {
      this.watchInstances(hosts.filter(({ isOfRequest }) => isOfRequest));
      return;
    }
    const list = [...faults].map((fault) => `- ${fault}`).join('\n');
    throw new Error(`Access is declared where it would not be checked:\n${list}\n${WAY_OUT}`);
  }

  // Of these, Nest asks for the global guards with each request: the routes that are there already are not touched.
  private watchInstances(ofRequests: readonly HostedClass[]): void {
    const declaring = ofRequests.filter(({ methods }) =>
      methods.some(({ called }) => declarationsOf(called).some(isGuarded)),
    );
    if (declaring.length === 0) return;
    const methods = declaring.map(({ type, methods }) => [type, new Set(methods.map(({ called }) => called))] as const);
    this.config.useGlobalGuards(new RequestInstanceGuard(new Map(methods)));
  }

  private faultsOf(host: HostedClass, bound: Bound): string[] {
    const { type, methods } = host;
    const ofMethods = methods.flatMap((method) => {
      const fault = faultOfDeclaration(host, method) ?? this.faultOfGuards(host, method, bound);
      return fault ? [`${nameOf(type, method.declared, method.name)} ${fault}.`] : [];
    });
    const shared = declarationsOf(type);
    if (contradict(shared)) return [`${type.name} ${CONTRADICTION}.`, ...ofMethods];
    const isCalled = isController(type) || methods.some(({ declared }) => handlerKindOf(type, declared));
    if (isCalled || !shared.some(isGuarded)) return ofMethods;
    return [`${type.name} is no controller, resolver or gateway: no guard runs ahead of its methods.`, ...ofMethods];
  }

  private faultOfGuards({ type, module }: HostedClass, method: HostedMethod, bound: Bound): string | undefined {
    const kind = handlerKindOf(type, method.declared);
    const access = accessOf(type, method.called);
    if (!kind || !access || access.kind === 'public' || !this.isServed(kind)) return undefined;
    if (kind === 'graphql-field' && !bound.fieldsAreGuarded) {
      return "is a field, whose guards run only with fieldResolverEnhancers: ['guards'] of GraphQLModule";
    }
    const guards = [
      ...(GLOBALLY_GUARDED.has(kind) ? bound.globalGuards : []),
      ...(isFoundByNest(kind, module, type) ? [type, method.called] : []).flatMap((element) =>
        guardsBoundTo(element, module),
      ),
    ];
    const missing = GUARDS.filter((needed) => !guards.some((guard) => isKindOf(guard, needed.type)));
    return missing.length > 0 ? `lacks ${missing.map(({ name }) => name).join(' and ')}` : undefined;
  }

  private isServed(kind: HandlerKind): boolean {
    return !GLOBALLY_GUARDED.has(kind) || Boolean(this.adapterHost.httpAdapter);
  }
}

function faultOfDeclaration({ type, prototype }: HostedClass, { name, declared, called }: HostedMethod) {
  const kept = declarationsOf(called);
  if (contradict(kept)) return CONTRADICTION;
  if (kept.filter(isGuarded).length < declarationsByName(prototype, name).filter(isGuarded).length) {
    return 'has lost a declaration to a function in its place: declare there again, or above the decorator that puts it';
  }
  return kept.some(isGuarded) && !handlerKindOf(type, declared) ? 'is no route: no guard runs ahead of it' : undefined;
}

interface Bound {
  globalGuards: readonly unknown[];
  fieldsAreGuarded: boolean;
}

interface GraphqlOptions {
  fieldResolverEnhancers?: readonly string[];
}

function graphqlOptionsOf(modules: Iterable<HostedClass['module']>): GraphqlOptions[] {
  return [...modules].flatMap(({ providers }) => {
    const options = providers.get('GqlModuleOptions')?.instance as GraphqlOptions | undefined;
    return options ? [options] : [];
  });
}

// For what is called by other packages, Nest 11 finds the module, and so the guards, by the class of the provider.
function isFoundByNest(kind: HandlerKind, { providers }: HostedClass['module'], type: HostedClass['type']): boolean {
  return kind === 'graphql' || kind === 'graphql-field' || kind === 'other' ? providers.has(type) : true;
}

function isGuarded({ kind }: Declaration): boolean {
  return kind !== 'public';
}
