"""The guard inside other people's frameworks; each module needs its framework, and says so.

`litellm` is a guardrail of LiteLLM's proxy, `langchain` a middleware of LangChain's agents,
`openai_agents` guardrails of the OpenAI Agents SDK.
"""
