import { inAnyCase, NAMES_WITH_DIGITS } from './g3-known-names.js';

/** Part of a pattern that finds one of those names as a whole word, in any case. */
export const KNOWN_NAME = String.raw`(?<![\w.-])(?:${NAMES_WITH_DIGITS.map(inAnyCase).join('|')})(?![\w-])`;

/** Nouns whose word is part of the program or its schema, so that another word is another failure. */
export const SCHEMA_NOUN =
  /\b(?:encodings?|codecs?|charsets?|character sets?|collations?|locales?|properties|property|columns?|fields?|attributes?|tables?|relations?|schemas?|databases?|functions?|procedures?|methods?|modules?|packages?|classes|class|types?|constraints?|index(?:es)?|triggers?|roles?|extensions?|operators?|parameters?|params?|arguments?|args?|options?|flags?|settings?|variables?|env|commands?|events?|permissions?|scopes?|plugins?|features?|elements?|directives?|components?|namespaces?|templates?|partials?|views?|routes?|queues?|topics?|jobs?|services?|providers?|dependency|headers?|cookies?|algorithms?|ciphers?|protocols?|schemes?|formats?|units?|currency|folders?|director(?:y|ies)|buckets?|codes?|status|states?|sqlstate|reading|evaluating|import|export|key|keys|symbol|identifier|token|action|operation|op|mode|kind|level|reason|errors?)(?: names?)?$/i;
