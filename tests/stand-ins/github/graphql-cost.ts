import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from "graphql";

const MAX_PAGE = 100;
const MAX_NODES = 500_000;

/** `points`: fetches of connections, a hundredth each. */
export type Cost = { points: number; nodes: number };

/**
 * What GitHub counts for a query before it runs it ("Rate limits and query limits for the GraphQL API"). Throws where a
 * connection has no bounds, or too wide ones.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): Cost {
  const fragments = new Map(
    document.definitions
      .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  let fetches = 0;
  let nodes = 0;

  /** `times`: how many parents there may be, each of which is asked. */
  const visit = (typeName: string, { selections }: SelectionSetNode, times: number): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) visitField(typeName, selection, times);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.typeCondition?.name.value ?? typeName, selection.selectionSet, times);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) visit(fragment.typeCondition.name.value, fragment.selectionSet, times);
      }
    }
  };
  const visitField = (typeName: string, field: FieldNode, times: number): void => {
    const type = schema.getType(typeName);
    if (!(isObjectType(type) || isInterfaceType(type)) || field.selectionSet === undefined) return;
    const definition = type.getFields()[field.name.value];
    const named = getNamedType(definition?.type);
    if (!isCompositeType(named)) return;
    const isConnection = named.name.endsWith("Connection");
    const below = isConnection ? times * pageSize(field, variables) : times;
    if (isConnection) {
      fetches += times;
      nodes += below;
    }
    visit(named.name, field.selectionSet, below);
  };

  const root = schema.getRootType(operation.operation);
  if (root != null) visit(root.name, operation.selectionSet, 1);
  if (nodes > MAX_NODES) {
    throw refusedQuery(
      `This query requests up to ${nodes} possible nodes which exceeds the maximum limit of ${MAX_NODES}.`,
      "MAX_NODE_LIMIT_EXCEEDED",
    );
  }
  return { points: Math.max(1, Math.round(fetches / 100)), nodes };
}

function pageSize({ name, arguments: given = [] }: FieldNode, variables: Record<string, unknown>): number {
  const bounds = given.filter((argument) => argument.name.value === "first" || argument.name.value === "last");
  const [bound] = bounds;
  const size = bound === undefined ? undefined : valueFromASTUntyped(bound.value, variables);
  if (bound === undefined || typeof size !== "number") {
    throw refusedQuery(
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${name.value}\` connection.`,
      "MISSING_PAGINATION_BOUNDARIES",
    );
  }
  if (size < 1 || size > MAX_PAGE || bounds.length > 1) {
    throw refusedQuery(
      `Requesting ${size} records on the \`${name.value}\` connection exceeds the \`${bound.name.value}\` limit of ${MAX_PAGE} records.`,
      "EXCESSIVE_PAGINATION",
    );
  }
  return size;
}

function refusedQuery(message: string, type: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}
