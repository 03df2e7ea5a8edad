/**
 * How much may be in flight and how much memory prefetch may take. The place of the law "a load lives on room it has made";
 * today it knows free memory only, and makes no room itself.
 */
package dev.nowake.agent.govern;
