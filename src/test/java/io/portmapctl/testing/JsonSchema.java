package io.portmapctl.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.view.Schemas;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/**
 * A schema, as far as ours go: those keywords of JSON Schema that they use, and no others. Stricter
 * than the schema in one thing: a field that it does not describe is an error, so that none is
 * printed that is not described.
 */
public final class JsonSchema {
  private static final Set<String> KNOWN =
      Set.of(
          "$schema",
          "$id",
          "$defs",
          "$ref",
          "title",
          "description",
          "type",
          "enum",
          "const",
          "required",
          "properties",
          "items",
          "minimum",
          "maximum",
          "pattern");

  private final JsonNode root;
  private final Set<String> seen = new TreeSet<>();

  private JsonSchema(JsonNode root) {
    this.root = root;
  }

  /** That of a kind of document. */
  public static JsonSchema of(String kind) {
    try {
      return new JsonSchema(new ObjectMapper().readTree(Schemas.text(kind)));
    } catch (JsonProcessingException e) {
      throw new AssertionError("the schema of " + kind, e);
    }
  }

  /** The schema itself. */
  public JsonNode root() {
    return root;
  }

  /** What is wrong with a document, each with its place. */
  public List<String> errors(JsonNode document) {
    List<String> errors = new ArrayList<>();
    check(root, document, "", errors);
    return errors;
  }

  /** The fields that were in documents so far, as {@link #fields} names them. */
  public Set<String> seen() {
    return seen;
  }

  /** Every field that is described, {@code []} after one that is an array, with its schema. */
  public Map<String, JsonNode> fields() {
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    collect(root, "", fields);
    return fields;
  }

  /** A schema, or that which it refers to, with what is said beside the reference. */
  public JsonNode resolved(JsonNode schema) {
    String reference = schema.path("$ref").asText();
    return reference.isEmpty() ? schema : root.at(reference.substring(1));
  }

  private void collect(JsonNode given, String path, Map<String, JsonNode> fields) {
    JsonNode schema = resolved(given);
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      String name = path + (path.isEmpty() ? "" : ".") + property.getKey();
      String place = resolved(property.getValue()).has("items") ? name + "[]" : name;
      fields.put(place, property.getValue());
      collect(property.getValue(), place, fields);
    }
    if (schema.has("items")) {
      collect(schema.path("items"), path, fields);
    }
  }

  private void check(JsonNode given, JsonNode value, String path, List<String> errors) {
    JsonNode schema = resolved(given);
    schema
        .fieldNames()
        .forEachRemaining(
            keyword -> {
              if (!KNOWN.contains(keyword)) {
                errors.add(path + ": a keyword that is not checked: " + keyword);
              }
            });
    if (schema.has("type") && !isOf(schema.path("type"), value)) {
      errors.add(path + ": found " + value.getNodeType() + ", expected " + schema.path("type"));
      return;
    }
    if (schema.has("const") && !schema.path("const").equals(value)) {
      errors.add(path + ": found " + value + ", expected " + schema.path("const"));
    }
    if (schema.has("enum") && !among(schema.path("enum"), value)) {
      errors.add(path + ": found " + value + ", expected one of " + schema.path("enum"));
    }
    if (value.isNumber()
        && (value.asLong() < schema.path("minimum").asLong(Long.MIN_VALUE)
            || value.asLong() > schema.path("maximum").asLong(Long.MAX_VALUE))) {
      errors.add(path + ": out of range: " + value);
    }
    if (schema.has("pattern") && !value.asText().matches(schema.path("pattern").asText())) {
      errors.add(path + ": not as " + schema.path("pattern") + ": " + value);
    }
    if (value.isObject() && schema.has("properties")) {
      members(schema, value, path, errors);
    }
    if (value.isArray() && schema.has("items")) {
      value.forEach(item -> check(schema.path("items"), item, path, errors));
    }
  }

  private void members(JsonNode schema, JsonNode value, String path, List<String> errors) {
    for (JsonNode name : schema.path("required")) {
      if (!value.has(name.asText())) {
        errors.add(path + ": without " + name);
      }
    }
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      JsonNode property = schema.path("properties").path(member.getKey());
      String name = path + (path.isEmpty() ? "" : ".") + member.getKey();
      if (property.isMissingNode()) {
        errors.add(name + ": not described in the schema");
        continue;
      }
      String place = resolved(property).has("items") ? name + "[]" : name;
      seen.add(place);
      check(property, member.getValue(), place, errors);
    }
  }

  private static boolean isOf(JsonNode type, JsonNode value) {
    return type.isArray()
        ? StreamSupport.stream(type.spliterator(), false).anyMatch(t -> isOf(t, value))
        : switch (type.asText()) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "string" -> value.isTextual();
          case "integer" -> value.isIntegralNumber();
          case "boolean" -> value.isBoolean();
          case "null" -> value.isNull();
          default -> throw new AssertionError("a type that is not checked: " + type);
        };
  }

  private static boolean among(JsonNode values, JsonNode value) {
    return StreamSupport.stream(values.spliterator(), false).anyMatch(value::equals);
  }
}
