/** What a load and its host look like at one moment, at a bounded cost: what {@code report} draws. */
package dev.nowake.agent.sample;
