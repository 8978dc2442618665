import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';

/** Apollo on Express, Mercurius on Fastify; neither loads the other. */
export async function graphql(adapter: string | undefined): Promise<DynamicModule> {
  if (adapter === 'express') {
    const { ApolloDriver } = await import('@nestjs/apollo');
    return GraphQLModule.forRoot({ driver: ApolloDriver, autoSchemaFile: true });
  }
  const { MercuriusDriver } = await import('@nestjs/mercurius');
  return GraphQLModule.forRoot({ driver: MercuriusDriver, autoSchemaFile: true });
}
